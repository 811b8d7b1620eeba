"""`onestop bench backtest`: 100,000 stored filings replayed under a draft, asked for over HTTP.

One service process; its workers are as `onestop serve` has them. The floor, in the same run: as
many processes read the same rows through the same cursor and decode their JSON, deciding nothing.
Both are told in processor seconds too, which say the same on a machine that is at work.
"""

import asyncio
import json
import secrets
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
FLOOR = "services.cli.benching.rows_floor"
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
        floor = await _floor(address)
    few, many = (figures[size] for size in SIZES)
    return {
        "name": "backtest",
        "cpu_of_floor": round(many["cpu_seconds"] / floor["cpu_seconds"], 2),
        "memory_of_few": round(many["worker_mib"] / few["worker_mib"], 2),
        "seconds": many["seconds"],
        "bar_seconds": BAR_SECONDS,
        "floor": floor,
        **{f"at_{size}": figures[size] for size in SIZES},
    }


async def _backtested(bench: Bench, url: str) -> dict[str, Any]:
    """Ask for one and wait: its seconds from the request on, and what its workers took."""
    token = people.tokens(bench.issuer, now=datetime.now(UTC))["supervisor.customs"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    workers = Workers(replaying.__name__)
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        began = time.perf_counter()
        answer = await client.post(f"/v1/tables/{NAME}/backtests", json=decided.draft(NAME))
        found = answer.raise_for_status().json()
        while found["status"] in backtests.UNDER_WAY:
            await asyncio.sleep(LOOK_SECONDS)
            workers.look()
            found = (await client.get(f"/v1/backtests/{found['id']}")).json()
        seconds = time.perf_counter() - began
    if found["status"] != "done":
        raise RuntimeError(f"the backtest failed: {found['failure']}")
    told = {name: found["report"][name] for name in ("filings", "changed", "missed_findings")}
    return {"seconds": round(seconds, 2), **workers.told(), **told}


class Workers:
    """What this process's descendants that run a module took, as last seen."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.largest = 0
        self.cpu: dict[int, float] = {}

    def look(self) -> None:
        """See how they are now."""
        for process in psutil.Process().children(recursive=True):
            try:
                if self.module in process.cmdline():
                    self.largest = max(self.largest, process.memory_info().rss)
                    times = process.cpu_times()
                    self.cpu[process.pid] = times.user + times.system
            except psutil.Error:  # it ended meanwhile
                continue

    def told(self) -> dict[str, Any]:
        """The processor seconds of all, and the largest one's memory in MiB."""
        cpu = round(sum(self.cpu.values()), 2)
        return {"cpu_seconds": cpu, "worker_mib": round(self.largest / MIB)}


async def _floor(address: str) -> dict[str, Any]:
    """What as many processes take that read and decode the same rows."""
    workers = Workers(FLOOR)
    cause = replaying.cause_of(NAME)
    began = time.perf_counter()
    running = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", FLOOR, address, str(part), cause)
        for part in range(backtesting.PROCESSES)
    ]
    while any(each.returncode is None for each in running):
        await asyncio.sleep(LOOK_SECONDS)
        workers.look()
    if any(each.returncode for each in running):
        raise RuntimeError("the floor failed")
    return {"seconds": round(time.perf_counter() - began, 2), **workers.told()}
