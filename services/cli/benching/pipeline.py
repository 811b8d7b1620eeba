"""`onestop bench pipeline`: from the broker's POST to release, everything on this machine.

All four services, the broker, PostgreSQL and the people who call (broker, yard, officers) share
the machine. The floor is the same number of durable transactions done bare: one for each request
that changes something and one for each event that a service applies.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from services.cli import instance
from services.cli.benching import floor, load, port, yard
from services.cli.benching.people import Desk
from services.cli.benching.watching import Watch
from services.cli.console import say
from services.cli.instance import Instance
from shared.embedded.folder import Folder

CONNECTIONS = 24
WINDOW = 96
"""So many filings are open at once while the rate is sought."""

WARM_UP_SECONDS, SUSTAINED_SECONDS, HALF_SECONDS, FLOOR_SECONDS = 10.0, 60.0, 45.0, 8.0
IDLE_FILINGS, IDLE_PAUSE = 60, 0.15
DRAIN_SECONDS = 60.0
FILINGS = "/declaration/v1/filings"
COMPANIES = "/mutual-recognition/v1/companies"
FLOOR_CLIENTS = 8


def run() -> dict[str, Any]:
    """Run it on an instance of its own; ratios first."""
    with (
        instance.scratch() as data,
        instance.found(
            data, url=None, token_file=None, factor=None, environment=yard.SETTINGS
        ) as where,
    ):
        return asyncio.run(_run(where, Folder(data)))


async def _run(where: Instance, folder: Folder) -> dict[str, Any]:
    async with opened(where, folder) as (port_, watch):
        idle = await port_.idle()
        say(f"{WINDOW} filings open at once for {SUSTAINED_SECONDS:g} s, after a warm-up")
        await port_.saturate(WARM_UP_SECONDS)
        before = await watch.transactions()
        rate = await port_.saturate(SUSTAINED_SECONDS)
        await port_.drained()
        per_filing = (await watch.transactions() - before) / max(port_.filed_last, 1)
        say(f"{rate:.1f} filings/s sustained; now half of that for {HALF_SECONDS:g} s")
        half = await port_.paced(rate / 2)
        least = await _floor(watch, per_filing)
        modes = await watch.modes()
    return {
        "name": "pipeline",
        "of_floor": round(rate / least["filings_per_second"], 3),
        "filings_per_second": round(rate, 1),
        "half_load": half,
        "event_idle_ms": idle,
        "modes": modes,
        "transactions_per_filing": round(per_filing, 1),
        "floor": least,
    }


@asynccontextmanager
async def opened(where: Instance, folder: Folder) -> AsyncIterator[tuple["Port", Watch]]:
    """A port with its yard open, its people at work and its first company rated."""
    async with AsyncExitStack() as stack:
        connections = await stack.enter_async_context(load.connections(where.url, CONNECTIONS))
        watch = await stack.enter_async_context(Watch.of(folder))
        desk = Desk(asyncio.Queue(), where.tokens)
        for each in connections:
            desk.idle.put_nowait(each)
        port_ = Port(desk, watch, broker=instance.organisation_of(where.tokens["broker"]))
        await yard.open_always(watch)
        await port_.trust()
        await stack.enter_async_context(desk.staffed())
        yield port_, watch


async def _floor(watch: Watch, per_filing: float) -> dict[str, float]:
    async with floor.on(watch.server, connections=FLOOR_CLIENTS) as bare:
        state, event = await watch.sample()
        done = await bare.measure(state, event, clients=FLOOR_CLIENTS, seconds=FLOOR_SECONDS)
    per_second = done["per_second"]
    return {
        "transactions_per_second": per_second,
        "filings_per_second": round(per_second / per_filing, 1),
    }


class Port:
    """Files the mix of a port."""

    def __init__(self, desk: Desk, watch: Watch, *, broker: str) -> None:
        self._desk = desk
        self._watch = watch
        self._token = desk.tokens["broker"]
        self._filings = port.filings(broker=broker, now=datetime.now(UTC) - timedelta(hours=2))
        self.filed_last = 0

    async def trust(self) -> None:
        """Both agencies rate the company whose goods shall be recognised."""
        company = {"uscc": port.TRUSTED, "name": "守信企业 Trusted"}
        await self._desk.post("supervisor.customs", COMPANIES, company)
        since = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        rating = {"grade": "high", "valid_from": since, "grounds": "bench"}
        for agency in ("customs", "quarantine"):
            path = f"{COMPANIES}/{port.TRUSTED}/ratings"
            await self._desk.post(f"supervisor.{agency}", path, rating)

    async def file(self) -> None:
        """File the next one."""
        body = next(self._filings)
        request = load.request("POST", FILINGS, token=self._token, body=body, key=str(hash(body)))
        await self._desk.send(request)

    async def idle(self) -> dict[str, float]:
        """One event's way, commit to effect committed, with nothing else to do (ms)."""
        say(f"{IDLE_FILINGS} filings one by one, with nothing else to do")
        for _ in range(IDLE_FILINGS):
            await self.file()
            await asyncio.sleep(IDLE_PAUSE)
        await self.drained()
        return await self._watch.event_ways()

    async def saturate(self, seconds: float) -> float:
        """Keep the window full; how many ended in a second."""
        began, before = time.perf_counter(), await self._watch.ended()
        self.filed_last = 0
        while (spent := time.perf_counter() - began) < seconds:
            free = WINDOW - await self._watch.open()
            if free > 0:
                await asyncio.gather(*(self.file() for _ in range(free)))
                self.filed_last += free
            else:
                await asyncio.sleep(0.02)
        return (await self._watch.ended() - before) / spent

    async def paced(self, rate: float) -> dict[str, float]:
        """File at a steady rate; how long a filing took from its POST to its end."""
        since = await self._watch.newest()
        posts = await load.paced(iter(lambda: self.file, None), rate=rate, seconds=HALF_SECONDS)
        await self.drained()
        ends = await self._watch.whole_ways(since=since)
        return {"per_second": posts["per_second"], "post_p99_ms": posts["p99_ms"], **ends}

    async def drained(self) -> None:
        """Wait until every filing has ended and every case is done."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while await self._watch.open() or self._desk.at_work:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{await self._watch.open()} filings stay open")
            await asyncio.sleep(0.05)
