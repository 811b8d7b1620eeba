import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.telemetry import health


async def fine() -> None:
    return None


async def away() -> None:
    raise ConnectionError("postgresql://onestop:s3cret@db/onestop refused\nmore")


async def silent() -> None:
    await asyncio.sleep(3600)


async def stubborn() -> None:
    """Goes on although it is cancelled."""
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        await asyncio.sleep(0.2)


async def get(path: str, checks: Mapping[str, health.Check]) -> tuple[int, dict[str, Any]]:
    app = FastAPI()
    app.include_router(health.router(checks, timeout_seconds=0.05))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get(path)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


def checks(**probes: Any) -> dict[str, health.Check]:
    """The broker alone is not needed."""
    return {name: health.Check(probe, needed=name != "broker") for name, probe in probes.items()}


async def test_all_there_is_ready() -> None:
    status, body = await get("/readyz", checks(database=fine, broker=fine, migrations=fine))
    assert (status, body["status"]) == (200, "ready")
    assert body["checks"]["database"] == {"state": "ok", "needed": True, "reason": None}


async def test_without_the_broker_it_is_degraded_and_still_ready() -> None:
    status, body = await get("/readyz", checks(database=fine, broker=away))
    assert (status, body["status"]) == (200, "degraded")
    assert body["checks"]["broker"]["state"] == "failed"


async def test_without_the_database_it_is_not_ready_and_says_why_without_secrets() -> None:
    status, body = await get("/readyz", checks(database=away, broker=fine))
    assert (status, body["status"]) == (503, "not_ready")
    assert body["checks"]["database"] == {
        "state": "failed",
        "needed": True,
        "reason": "ConnectionError: postgresql://[redacted]@db/onestop refused",
    }
    assert body["checks"]["broker"]["state"] == "ok"


async def test_a_silent_check_is_given_up_and_named() -> None:
    status, body = await get("/readyz", checks(database=silent, broker=fine))
    assert status == 503
    assert body["checks"]["database"]["reason"] == "no answer within 0.05 s"


async def test_a_check_that_will_not_be_cancelled_does_not_hold_up_the_answer() -> None:
    begun = time.perf_counter()
    status, _ = await get("/readyz", checks(database=stubborn))
    assert status == 503
    assert time.perf_counter() - begun < 0.2
    await asyncio.sleep(0.25)


async def test_the_process_answers_that_it_lives_whatever_is_away() -> None:
    assert await get("/livez", checks(database=away)) == (200, {"status": "alive"})


async def test_a_check_gets_two_seconds() -> None:
    assert health.TIMEOUT_SECONDS == 2.0


async def test_a_process_that_is_ending_is_not_ready_and_still_lives() -> None:
    app = FastAPI()
    app.include_router(health.router(checks(database=fine), leaving=lambda: True))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test"
    ) as client:
        ready, alive = await client.get("/readyz"), await client.get("/livez")
    assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
    assert ready.json()["checks"]["process"]["reason"] == "the process is ending"
    assert alive.status_code == 200


async def test_however_often_it_is_asked_it_looks_once_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = 0

    async def counted() -> None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)

    app = FastAPI()
    app.include_router(health.router(checks(database=counted)))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test"
    ) as client:
        await asyncio.gather(*(client.get("/readyz") for _ in range(20)))
        assert looks == 1
        monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
        await client.get("/readyz")
    assert looks == 2


def test_probes_are_no_part_of_the_public_document() -> None:
    app = FastAPI()
    app.include_router(health.router({}))
    assert app.openapi()["paths"] == {}
