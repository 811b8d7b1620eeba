"""Whether a process lives and whether it can do its work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import JSONResponse

from shared.telemetry import redaction

TIMEOUT_SECONDS = 2.0
REASON_MAX = 200


@dataclass(frozen=True)
class Check:
    """One thing that the process depends on; `probe` raises where it is away.

    Without a `needed` thing the process is not ready. Without another (the broker: filings are
    accepted and wait in the outbox) it is degraded, and still ready.
    """

    probe: Callable[[], Awaitable[object]]
    needed: bool = True


def router(checks: Mapping[str, Check], *, timeout_seconds: float = TIMEOUT_SECONDS) -> APIRouter:
    """`GET /livez` and `GET /readyz`; each check may take `timeout_seconds`."""
    health = APIRouter(include_in_schema=False)

    @health.get("/livez")
    async def livez() -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})

    @health.get("/readyz")
    async def readyz() -> JSONResponse:
        found = await examine(checks, timeout_seconds=timeout_seconds)
        status = judge(found)
        return JSONResponse(
            {"status": status, "checks": found},
            status_code=503 if status == "not_ready" else 200,
            headers={"Cache-Control": "no-store"},
        )

    return health


async def examine(
    checks: Mapping[str, Check], *, timeout_seconds: float
) -> dict[str, dict[str, Any]]:
    """Each check's `state` (`ok` or `failed`), whether it is `needed`, and the `reason`."""
    tasks = {name: asyncio.ensure_future(_run(check)) for name, check in checks.items()}
    if tasks:
        await asyncio.wait(tasks.values(), timeout=timeout_seconds)
    found = {}
    for name, task in tasks.items():
        reason = _reason(task, timeout_seconds)
        state = "ok" if reason is None else "failed"
        found[name] = {"state": state, "needed": checks[name].needed, "reason": reason}
    return found


def judge(found: Mapping[str, Mapping[str, Any]]) -> Literal["ready", "degraded", "not_ready"]:
    """What the checks come to."""
    failed = [check for check in found.values() if check["state"] != "ok"]
    if any(check["needed"] for check in failed):
        return "not_ready"
    return "degraded" if failed else "ready"


async def _run(check: Check) -> None:
    await check.probe()


def _reason(task: asyncio.Future[None], timeout_seconds: float) -> str | None:
    if not task.done():
        task.cancel()
        return f"no answer within {timeout_seconds:g} s"
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    if error is None:
        return None
    first = redaction.text(str(error)).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}"[:REASON_MAX]
