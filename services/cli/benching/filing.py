"""`onestop bench filing`: how near filing comes to PostgreSQL's own durable speed.

One server process takes full filings (token, idempotency key and every rule included). The floor
is the same bytes, a state row and an outbox row, in one durable transaction of bare asyncpg at the
same number of clients, on the same server, right after.
"""

import asyncio
import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import asyncpg

from services.cli import people
from services.cli.benching import bodies, floor, load, single
from services.cli.benching.single import Bench
from services.cli.console import say

CLIENTS = (1, 8, 32)
SECONDS = 8.0
MADE = 30_000
PATH = "/v1/filings"


def run() -> dict[str, Any]:
    """Run it; ratios first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    ratios: dict[str, float] = {}
    figures: dict[str, Any] = {}
    async with single.served(bench, "declaration") as url:
        say("requests are made before anything is timed")
        requests = _requests(bench, url)
        await _closed(url, requests, clients=8, seconds=2.0)
        state, event = await _sample(bench)
        async with floor.on(bench.url, connections=max(CLIENTS)) as bare:
            for clients in CLIENTS:
                say(f"{clients} clients: the service, then the floor, {SECONDS:g} s each")
                ours = await _closed(url, requests, clients=clients, seconds=SECONDS)
                least = await bare.measure(state, event, clients=clients, seconds=SECONDS)
                ratios[f"of_floor_{clients}"] = _ratio(ours, least)
                figures[f"clients_{clients}"] = {"service": ours, "floor": least}
        half = figures[f"clients_{max(CLIENTS)}"]["service"]["per_second"] / 2
        say(f"{half:.0f} filings/s, half of that load")
        figures["half_load"] = await _paced(url, requests, rate=half)
    return {"name": "filing", **ratios, "p99_at_half_ms": figures["half_load"]["p99_ms"], **figures}


def _ratio(ours: dict[str, float], least: dict[str, float]) -> float:
    return round(ours["per_second"] / least["per_second"], 3)


def _requests(bench: Bench, url: str) -> Any:
    now = datetime.now(UTC)
    token = people.tokens(bench.issuer, now=now)["broker"]
    path = "/declaration" + PATH
    return iter(
        [
            load.request(
                "POST",
                path,
                token=token,
                body=bodies.raw(serial, broker=people.DEMO_BROKER, now=now),
                key=f"bench-{serial}",
            )
            for serial in range(MADE)
        ]
    )


async def _closed(url: str, requests: Any, *, clients: int, seconds: float) -> Any:
    async with load.connections(url, clients) as opened:

        async def work(client: int) -> None:
            await opened[client].send(next(requests))

        return await load.closed(work, clients=clients, seconds=seconds)


async def _paced(url: str, requests: Any, *, rate: float) -> Any:
    async with load.connections(url, max(CLIENTS)) as opened:
        idle: asyncio.Queue[load.Connection] = asyncio.Queue()
        for each in opened:
            idle.put_nowait(each)

        async def send() -> None:
            connection = await idle.get()
            await connection.send(next(requests))
            idle.put_nowait(connection)

        return await load.paced((send for _ in count()), rate=rate, seconds=SECONDS)


async def _sample(bench: Bench) -> tuple[str, str]:
    """The bytes of one stored filing and its event."""
    connection = await asyncpg.connect(f"{bench.url}/{single.DATABASE}")
    try:
        state = await connection.fetchval("SELECT content FROM declaration.filings LIMIT 1")
        event = await connection.fetchval("SELECT envelope FROM declaration.outbox LIMIT 1")
    finally:
        await connection.close()
    return json.dumps(json.loads(state)), json.dumps(json.loads(event))
