"""`onestop bench growth`: whether filing, reading and searching get slower with what is stored.

One service process, over HTTP, at 10,000 and then at 1,000,000 stored filings in one run. What is
told are ratios of the 99th percentiles, which are to be 1.3 at most. It takes more than five
minutes and 8 GB of disk, so it is no part of `make bench`.
"""

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import asyncpg

from services.cli import people
from services.cli.benching import bodies, load, seeding, single
from services.cli.benching.single import Bench
from services.cli.console import say

SIZES = (10_000, 1_000_000)
BAR = 1.3
CLIENTS = 2
SECONDS, WARM_SECONDS = 6.0, 1.0
LIMIT = 10
PATH = "/declaration/v1/filings"
SIZE = "SELECT pg_database_size(current_database()) / 1000000"

Draw = Callable[[int], Mapping[str, str]]
"""The query for a stored filing's number."""

SEARCHES: Mapping[str, Draw] = {
    "list": lambda _: {},
    "number": lambda n: {"number": seeding.receipt_number(n)},
    "reference": lambda n: {"reference": seeding.reference(n)},
    "container": lambda n: {"container": seeding.container(n)},
    "bill": lambda n: {"bill_of_lading": f"{seeding.reference(n)}B"},
    "company": lambda n: {"company": seeding.company(n % seeding.COMPANIES)},
    "goods": lambda n: {"hs_code": _goods(n)},
    "chapter": lambda n: {"hs_code": _goods(n)[:2]},
    "status": lambda _: {"status": "accepted"},
    "status_of_none": lambda _: {"status": "held"},
    "days": lambda n: _days(n),
    "company_and_chapter": lambda n: {**SEARCHES["company"](n), **SEARCHES["chapter"](n)},
    "company_and_strange_chapter": lambda n: {**SEARCHES["company"](n), "hs_code": _strange(n)},
    "container_and_status": lambda n: {**SEARCHES["container"](n), "status": "accepted"},
    "chapter_in_days": lambda n: {**SEARCHES["chapter"](n), **_days(n)},
}
"""What a broker with half of all filings looks for, and officers who see everybody's.

A page is short, so that it is full at both sizes: what is written of a filing is not measured here.
"""


def _goods(serial: int) -> str:
    """A code of the goods that the company of `SEARCHES` trades in."""
    return seeding.goods(serial % seeding.COMPANIES * seeding.KINDS)


def _strange(serial: int) -> str:
    """A chapter that it does not."""
    return seeding.goods((serial + 7) % seeding.COMPANIES * seeding.KINDS)[:2]


def _days(serial: int) -> dict[str, str]:
    day = (seeding.BEGIN + serial * seeding.APART).date().isoformat()
    return {"accepted_from": day, "accepted_to": day}


def run() -> dict[str, Any]:
    """Run it; ratios first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    figures: dict[int, dict[str, Any]] = {}
    taken: dict[int, int] = {}
    serials = count(1)
    async with single.served(bench, "declaration") as url:
        connection = await asyncpg.connect(f"{bench.url}/{single.DATABASE}")
        await connection.execute("SET search_path = declaration")
        have = 0
        for size in SIZES:
            say(f"seeding up to {size:,} filings")
            await seeding.grow(connection, have=have, want=size)
            have = size
            taken[size] = await connection.fetchval(SIZE)
            figures[size] = await _measured(bench, url, size=size, serials=serials)
        await connection.close()
    small, large = (figures[size] for size in SIZES)
    ratios = {name: _ratio(large[name], small[name]) for name in large}
    return {
        "name": "growth",
        "worst": max(ratios.values()),
        "bar": BAR,
        "p99_ratios": ratios,
        **{f"at_{size}": figures[size] for size in SIZES},
        "megabytes": {str(size): taken[size] for size in SIZES},
    }


def _ratio(large: Mapping[str, float], small: Mapping[str, float]) -> float:
    return round(large["p99_ms"] / small["p99_ms"], 2)


async def _measured(bench: Bench, url: str, *, size: int, serials: Iterator[int]) -> dict[str, Any]:
    """Each kind of request by itself, at a size."""
    now = datetime.now(UTC)
    tokens = people.tokens(bench.issuer, now=now)
    drawn = random.Random(size)
    kinds: dict[str, Callable[[], bytes]] = {
        "file": lambda: _filing(next(serials), token=tokens["broker"], now=now),
        "read": lambda: load.request(
            "GET",
            f"{PATH}/{seeding.filing_id(drawn.randrange(size))}",
            token=tokens["officer.customs"],
        ),
    }
    for who in ("broker", "officer.customs"):
        for name, draw in SEARCHES.items():
            kinds[f"{who.split('.')[0]}_{name}"] = _search(
                draw, token=tokens[who], drawn=drawn, size=size
            )
    found = {}
    for name, make in kinds.items():
        await _closed(url, make, seconds=WARM_SECONDS)
        found[name] = await _closed(url, make, seconds=SECONDS)
        say(f"{size:>9,} {name:28} {json.dumps(found[name])}")
    return found


def _filing(serial: int, *, token: str, now: datetime) -> bytes:
    body = bodies.raw(serial, broker=people.DEMO_BROKER, now=now)
    return load.request("POST", PATH, token=token, body=body, key=f"growth-{serial}")


def _search(draw: Draw, *, token: str, drawn: random.Random, size: int) -> Callable[[], bytes]:
    def make() -> bytes:
        query = urlencode({**draw(drawn.randrange(size)), "limit": LIMIT})
        return load.request("GET", f"{PATH}?{query}", token=token)

    return make


async def _closed(url: str, make: Callable[[], bytes], *, seconds: float) -> Any:
    async with load.connections(url, CLIENTS) as opened:

        async def work(client: int) -> None:
            await opened[client].send(make())

        return await load.closed(work, clients=CLIENTS, seconds=seconds)
