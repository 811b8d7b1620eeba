"""`onestop bench bulk`: how near a file of 10,000 filings comes to PostgreSQL's own durable speed.

One server process takes a CSV file over HTTP and works on it, beside its relay and consumers. The
floor is the same bytes, a state row and an outbox row for each filing, in durable transactions of
the worker's batch size on one bare connection of asyncpg, on the same server, right after.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import psutil

from services.cli import people, sheet
from services.cli.benching import bodies, floor, single
from services.cli.benching.single import Bench
from services.cli.console import say

FILINGS = 10_000
BATCH = 100
"""The worker's own; a test holds them together."""
PATH = "/v1/bulk"
PAUSE = 0.25
REST_SECONDS = 3.0
STATE = "INSERT INTO state (content) SELECT unnest($1::text[])::jsonb"
EVENT = "INSERT INTO event (envelope) SELECT unnest($1::text[])::jsonb"


def run() -> dict[str, Any]:
    """Run it; ratios first."""
    with single.servers() as bench:
        return asyncio.run(measured(bench, FILINGS))


async def measured(bench: Bench, count: int) -> dict[str, Any]:
    """A file of so many filings, then the floor."""
    async with single.served(bench, "declaration") as url:
        say(f"a file of {count} filings is made before anything is timed")
        now = datetime.now(UTC)
        made = sheet.as_csv(_bodies(count, now)).encode()
        token = people.tokens(bench.issuer, now=now)["broker"]
        await asyncio.sleep(REST_SECONDS)
        rest = _resident(url)
        ours = await _worked(url, made, token=token)
        state, event = await _sample(bench)
    say("the floor: the same rows in bare transactions")
    least = await _floor(bench, state, event, count)
    return {
        "name": "bulk",
        "of_floor": round(ours["per_second"] / least["per_second"], 3),
        "seconds": ours["seconds"],
        "megabytes_above_rest": round((ours.pop("peak") - rest) / 2**20, 1),
        "file_megabytes": round(len(made) / 2**20, 1),
        "service": ours,
        "floor": least,
    }


def _bodies(count: int, now: datetime) -> Iterator[dict[str, Any]]:
    return (bodies.filing(n, broker=people.DEMO_BROKER, now=now) for n in range(count))


async def _worked(url: str, made: bytes, *, token: str) -> dict[str, Any]:
    """From sending the file to the end of the work on it."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": '"bench"'}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        began = time.perf_counter()
        sent = await client.post(
            PATH, content=made, headers={"Content-Type": "text/csv"}, timeout=60
        )
        job = sent.raise_for_status().json()
        peak, read_seconds = _resident(url), 0.0
        while job["ended_at"] is None:
            await asyncio.sleep(PAUSE)
            job = (await client.get(f"{PATH}/{job['id']}", timeout=60)).raise_for_status().json()
            peak = max(peak, _resident(url))
            if job["state"] == "reading":
                read_seconds = time.perf_counter() - began
        seconds = time.perf_counter() - began
    if job["filed"] != job["filings"] or not job["filed"]:
        raise RuntimeError(f"not everything was filed: {job}")
    return {
        "filed": job["filed"],
        "seconds": round(seconds, 1),
        "reading_seconds": round(read_seconds, 1),
        "per_second": round(job["filed"] / seconds, 1),
        "peak": peak,
    }


def _resident(url: str) -> int:
    """Bytes of memory of the service that listens there and of all its children."""
    port = httpx.URL(url).port
    for each in psutil.Process().children(recursive=False):
        if each.is_running() and any(c.laddr.port == port for c in each.net_connections("inet")):
            return _of(each) + sum(_of(child) for child in each.children(recursive=True))
    return 0


def _of(process: psutil.Process) -> int:
    try:
        resident: int = process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return resident


async def _sample(bench: Bench) -> tuple[str, str]:
    """The bytes of one stored filing and its event."""
    connection = await asyncpg.connect(f"{bench.url}/{single.DATABASE}")
    try:
        state = await connection.fetchval("SELECT content FROM declaration.filings LIMIT 1")
        event = await connection.fetchval("SELECT envelope FROM declaration.outbox LIMIT 1")
    finally:
        await connection.close()
    return json.dumps(json.loads(state)), json.dumps(json.loads(event))


async def _floor(bench: Bench, state: str, event: str, count: int) -> dict[str, float]:
    async with floor.on(bench.url, connections=1) as bare, bare.pool.acquire() as connection:
        began = time.perf_counter()
        for _ in range(count // BATCH):
            async with connection.transaction():
                await connection.execute(STATE, [state] * BATCH)
                await connection.execute(EVENT, [event] * BATCH)
        seconds = time.perf_counter() - began
    return {"seconds": round(seconds, 2), "per_second": round(count / seconds, 1)}
