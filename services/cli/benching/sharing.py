"""`onestop bench sharing`: from an officer's result to the other agency's open stream.

Over HTTP, from when the request is sent to when the event is read: one result after the other
with nothing else to do, then so many a second. The floor is what the database alone needs: the
same row inserted with a NOTIFY, until another connection has heard of it and read it.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import cycle
from statistics import quantiles
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from services.cli import people
from services.cli.benching import cases, load, single
from services.cli.benching.single import Bench
from services.cli.console import say
from shared.ids import uuid7

IDLE, RATE, SECONDS = 100, 50.0, 20.0
CASES, CLIENTS, READERS = 20, 8, 20
PAUSE = 0.1
WAIT = 30
BARE = "CREATE TABLE bare (number bigserial PRIMARY KEY, payload jsonb NOT NULL)"
WRITE = "INSERT INTO bare (payload) VALUES ($1)"
READ = "SELECT payload FROM bare WHERE number > $1"


def run() -> dict[str, Any]:
    """Run it; the percentiles that matter first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    async with single.served(bench, "inspection") as url:
        database = cases.database(bench)
        ids = await cases.opened(database, count=CASES)
        await database.close()
        tokens = people.tokens(bench.issuer, now=datetime.now(UTC))
        seen: dict[str, list[float]] = {}
        async with (
            asyncio.timeout(SECONDS * 10),
            _streams(url, tokens["officer.quarantine"], tokens["auditor"], seen),
            load.connections(url, CLIENTS) as links,
        ):
            writer = _Writer(links, ids, tokens["officer.customs"])
            say(f"{IDLE} results one by one, {READERS} open streams")
            idle = await _one_by_one(writer, seen)
            say(f"{RATE:g} results a second for {SECONDS:g} s")
            busy = await _steadily(writer, seen)
        floor = await _floor(bench)
    return {
        "name": "sharing",
        "idle_p50_ms": idle["p50_ms"],
        "busy_p95_ms": busy["p95_ms"],
        "of_floor": round(idle["p50_ms"] / floor["p50_ms"], 1),
        "idle": idle,
        "busy": busy,
        "floor": floor,
        "readers": READERS,
    }


class _Writer:
    """Officers who answer, one result a request."""

    def __init__(self, links: Sequence[load.Connection], ids: Sequence[UUID], token: str) -> None:
        self._idle: asyncio.Queue[load.Connection] = asyncio.Queue()
        for each in links:
            self._idle.put_nowait(each)
        self._cases = cycle(ids)
        self._token = token
        self.sent: dict[str, float] = {}

    async def write(self) -> str:
        """Send a result; its id."""
        name = str(uuid7())
        result = {"id": name, "item": "quantity", "outcome": "conform", "line": 1}
        body = json.dumps({"results": [result]}).encode()
        path = f"/inspection/v1/cases/{next(self._cases)}/results"
        link = await self._idle.get()
        self.sent[name] = time.perf_counter()
        await link.send(load.request("POST", path, token=self._token, body=body, key=str(uuid4())))
        self._idle.put_nowait(link)
        return name


async def _one_by_one(writer: _Writer, seen: dict[str, list[float]]) -> dict[str, float]:
    names = []
    for _ in range(IDLE):
        names.append(await writer.write())
        await _until(lambda: len(seen.get(names[-1], ())) == READERS)
        # Not in step with the service's own looks.
        await asyncio.sleep(PAUSE * random.random())
    return _figures(writer, seen, names)


async def _steadily(writer: _Writer, seen: dict[str, list[float]]) -> dict[str, float]:
    names: list[str] = []

    async def one() -> None:
        names.append(await writer.write())

    sends: Iterator[Callable[[], Awaitable[None]]] = cycle([one])
    await load.paced(sends, rate=RATE, seconds=SECONDS)
    await _until(lambda: all(len(seen.get(name, ())) == READERS for name in names))
    return _figures(writer, seen, names)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT):
        while not holds():
            await asyncio.sleep(0.001)


def _figures(
    writer: _Writer, seen: dict[str, list[float]], names: Sequence[str]
) -> dict[str, float]:
    """Of the reader that is told first and of the one that is told last, the last."""
    return _percentiles([max(seen[name]) - writer.sent[name] for name in names])


def _percentiles(latencies: Sequence[float]) -> dict[str, float]:
    found = quantiles(latencies, n=100)
    return {f"p{at}_ms": round(found[at - 1] * 1000, 1) for at in (50, 95, 99)}


@asynccontextmanager
async def _streams(
    url: str, officer: str, auditor: str, seen: dict[str, list[float]]
) -> AsyncIterator[None]:
    """Open streams of the yard; `seen` learns when a result of a name is read."""
    path = f"/inspection/v1/yards/{cases.YARD}/events"
    opened = []
    for number in range(READERS):
        token = officer if number % 2 else auditor
        opened.append(asyncio.create_task(_read(url, load.request("GET", path, token=token), seen)))
    await asyncio.sleep(1)
    try:
        yield
    finally:
        for each in opened:
            each.cancel()


async def _read(url: str, request: bytes, seen: dict[str, list[float]]) -> None:
    host, port = url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    try:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                name = json.loads(line[6:])["payload"].get("id")
                seen.setdefault(name, []).append(time.perf_counter())
    finally:
        writer.close()


async def _floor(bench: Bench) -> dict[str, float]:
    """A row with its NOTIFY, until another connection has read it."""
    address = f"{bench.url}/{single.DATABASE}"
    writer, reader = await asyncpg.connect(address), await asyncpg.connect(address)
    await writer.execute(BARE)
    heard = asyncio.Event()
    await reader.add_listener("bare", lambda *_: heard.set())
    took = []
    for number in range(IDLE):
        heard.clear()
        began = time.perf_counter()
        async with writer.transaction():
            await writer.execute(WRITE, json.dumps({"id": str(uuid7()), "item": "quantity"}))
            await writer.execute("NOTIFY bare")
        await heard.wait()
        await reader.fetch(READ, number)
        took.append(time.perf_counter() - began)
    await writer.close()
    await reader.close()
    return _percentiles(took)
