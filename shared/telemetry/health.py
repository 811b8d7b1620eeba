"""Whether a process lives and whether it can do its work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import JSONResponse

from shared.telemetry import redaction

TIMEOUT_SECONDS = 2.0
# Anyone may ask, so that however often it is asked, nothing is examined more often than this.
FRESH_SECONDS = 1.0
REASON_MAX = 200

Found = Mapping[str, Mapping[str, Any]]
LEAVING: Found = {
    "process": {"state": "failed", "needed": True, "reason": "the process is ending"},
}


@dataclass(frozen=True)
class Check:
    """One thing that the process depends on; `probe` raises where it is away.

    Without a `needed` thing the process is not ready: no request is worth sending to it. Without
    another it is degraded: it says what it lacks, and goes on with what it can.
    """

    probe: Callable[[], Awaitable[object]]
    needed: bool = True


def router(
    checks: Mapping[str, Check],
    *,
    leaving: Callable[[], bool] = lambda: False,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> APIRouter:
    """`GET /livez` and `GET /readyz`; each check may take `timeout_seconds`.

    Once `leaving`, the process is not ready, whatever it has.
    """
    health = APIRouter(include_in_schema=False)
    look = _Look(checks, timeout_seconds=timeout_seconds)

    @health.get("/livez")
    async def livez() -> JSONResponse:
        return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})

    @health.get("/readyz")
    async def readyz() -> JSONResponse:
        found = LEAVING if leaving() else await look.recent()
        status = judge(found)
        return JSONResponse(
            {"status": status, "checks": found},
            status_code=503 if status == "not_ready" else 200,
            headers={"Cache-Control": "no-store"},
        )

    return health


class _Look:
    """The checks' outcome, shared by all who ask within a second."""

    def __init__(self, checks: Mapping[str, Check], *, timeout_seconds: float) -> None:
        self.checks = checks
        self.timeout_seconds = timeout_seconds
        self.begun = 0.0
        self.found: asyncio.Task[Found] | None = None

    async def recent(self) -> Found:
        """What is found now, or was a moment ago."""
        now = asyncio.get_running_loop().time()
        if (
            self.found is None
            or now - self.begun > FRESH_SECONDS + self.timeout_seconds
            or (self.found.done() and now - self.begun > FRESH_SECONDS)
        ):
            self.begun = now
            examined = examine(self.checks, timeout_seconds=self.timeout_seconds)
            self.found = asyncio.create_task(examined)
        return await asyncio.shield(self.found)


async def examine(checks: Mapping[str, Check], *, timeout_seconds: float) -> Found:
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


def judge(found: Found) -> Literal["ready", "degraded", "not_ready"]:
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
