"""`onestop bench backtest`: 100,000 stored filings replayed under a draft, asked for over HTTP.

One service process; its workers are as `onestop serve` has them. The floor, in the same run: as
many processes read the same rows through the same cursor and decode their JSON, deciding nothing.
"""

import asyncio
import json
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import psutil

from services.cli import people
from services.cli.benching import decided, single
from services.cli.benching.single import Bench
from services.cli.console import say
from services.mutual_recognition import backtests
from services.mutual_recognition.jobs import backtesting, replaying

SIZES = (10_000, 100_000)
BAR_SECONDS = 60.0
LOOK_SECONDS = 0.2
MIB = 2**20
NAME = "selection-customs"
SEED = {
    "ONESTOP_MUTUAL_RECOGNITION_DRAW_SEEDS": json.dumps({"bench": secrets.token_urlsafe()}),
    "ONESTOP_MUTUAL_RECOGNITION_DRAW_SEED_ID": "bench",
}
"""Without one of its own, the service does not start."""


def run() -> dict[str, Any]:
    """Run it; ratios first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    address = f"{bench.url}/{single.DATABASE}"
    figures: dict[int, dict[str, Any]] = {}
    async with single.served(bench, "mutual_recognition", **SEED) as url:
        connection = await asyncpg.connect(
            address, server_settings={"search_path": "mutual_recognition"}
        )
        have = 0
        for size in SIZES:
            say(f"seeding up to {size:,} decided filings")
            await decided.grow(connection, have=have, want=size)
            have = size
            figures[size] = await _backtested(bench, url)
        await connection.close()
        floor = await asyncio.to_thread(_floor, address)
    few, many = (figures[size] for size in SIZES)
    return {
        "name": "backtest",
        "of_floor": round(many["seconds"] / floor, 2),
        "memory_of_few": round(many["worker_mib"] / few["worker_mib"], 2),
        "seconds": many["seconds"],
        "bar_seconds": BAR_SECONDS,
        "floor_seconds": round(floor, 2),
        **{f"at_{size}": figures[size] for size in SIZES},
    }


async def _backtested(bench: Bench, url: str) -> dict[str, Any]:
    """Ask for one and wait: its seconds from the request on, and the largest worker seen."""
    token = people.tokens(bench.issuer, now=datetime.now(UTC))["supervisor.customs"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    largest = 0
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        began = time.perf_counter()
        answer = await client.post(f"/v1/tables/{NAME}/backtests", json=decided.draft(NAME))
        found = answer.raise_for_status().json()
        while found["status"] in backtests.UNDER_WAY:
            await asyncio.sleep(LOOK_SECONDS)
            largest = max(largest, _largest_worker())
            found = (await client.get(f"/v1/backtests/{found['id']}")).json()
        seconds = time.perf_counter() - began
    if found["status"] != "done":
        raise RuntimeError(f"the backtest failed: {found['failure']}")
    told = {name: found["report"][name] for name in ("filings", "changed", "missed_findings")}
    return {"seconds": round(seconds, 2), "worker_mib": round(largest / MIB), **told}


def _largest_worker() -> int:
    """Bytes that the largest worker process has in memory now."""
    sizes = [0]
    for process in psutil.Process().children(recursive=True):
        try:
            if replaying.__name__ in process.cmdline():
                sizes.append(process.memory_info().rss)
        except psutil.Error:  # it ended meanwhile
            continue
    return max(sizes)


def _floor(address: str) -> float:
    """Seconds in which as many processes read and decode the same rows."""
    began = time.perf_counter()
    workers = [
        subprocess.Popen([sys.executable, "-m", __name__, address, str(part)])
        for part in range(backtesting.PROCESSES)
    ]
    codes = [worker.wait() for worker in workers]
    if any(codes):
        raise RuntimeError("the floor failed")
    return time.perf_counter() - began


async def _read(address: str, part: int) -> None:
    path = {"search_path": "mutual_recognition"}
    connection = await asyncpg.connect(address, server_settings=path)
    given = (replaying.cause_of(NAME), backtesting.PROCESSES, part)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor(replaying.STREAM, *given, prefetch=replaying.AT_ONCE):
            for name in ("inputs", "draws", "orders", "said"):
                json.loads(row[name] or "[]")
    await connection.close()


if __name__ == "__main__":
    asyncio.run(_read(sys.argv[1], int(sys.argv[2])))
