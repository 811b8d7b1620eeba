"""`onestop bench offers`: how fast a slot is found and agreed at 100,000 live bookings.

The search inside the process (with what it took before known, and after a change of the yard), with
why none is earlier, and over HTTP. Holding and confirming are durable transactions of 32 clients;
their floor is bare asyncpg with the same rows in the same tables under the same constraints.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import URL, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from services.booking import seeding, yardbook
from services.booking.commands import sight
from services.booking.commands.turn import Terms, Turn
from services.booking.domain import acts, offers, why
from services.booking.domain import calendar as cal
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import Calendar
from services.booking.domain.offers import Bounds, Load
from services.booking.domain.resources import Resource
from services.booking.live import Live
from services.booking.settings import Settings
from services.booking.yardbook import Books
from services.cli import people
from services.cli.benching import agreeing, full_yards, load, single
from services.cli.benching.single import Bench
from services.cli.console import say
from shared.database import Database
from shared.ids import uuid7

SEARCHES = 5_000
SECONDS, WARM_SECONDS = 8.0, 2.0
CLIENTS = 32
LIMIT = 5
ASKED = 2_000
KINDS = (
    ("next", 1, False, False),
    ("next_after_change", 1, True, False),
    ("five", LIMIT, False, False),
    ("five_with_reasons", LIMIT, True, True),
)
"""How many offers, whether something of the yard was taken or released before, and whether
reasons are told."""


def run() -> dict[str, Any]:
    """Run it; ratios first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    now = datetime.now(UTC)
    async with single.served(bench, "booking") as url:
        admin = make_url(bench.admin_url).set(database=single.DATABASE)
        address = admin.set(drivername="postgresql+asyncpg")
        await _yards(address)
        connection = await asyncpg.connect(
            f"{bench.url}/{single.DATABASE}", server_settings={"search_path": "booking"}
        )
        database = Database(
            address.render_as_string(hide_password=False),
            schema="booking",
            pool_size=CLIENTS,
        )
        async with database.connect() as reading:
            books = await yardbook.read(reading)
        say(f"{full_yards.LIVE:,} bookings are made")
        turn = _turn(books, now)
        taken, every = full_yards.places(full_yards.midnight(now))
        last = now + (turn.terms.horizon_days - 1) * cal.DAY
        free = [place for place in every if place.starts < last]
        await full_yards.fill(connection, books.yards, taken, now)
        drawn = [full_yards.requirement(10**6 + n, now=now) for n in range(ASKED)]
        wanted = await full_yards.ask(connection, books.yards, drawn, now)
        inside = await _inside(database, books, now=now)
        over_http = await _http(bench, url, wanted, now=now)
        agreed = await agreeing.measure(database, f"{bench.url}/{single.DATABASE}", free, turn=turn)
        await connection.close()
        await database.close()
    ratios = {
        name: round(figures["service"]["per_second"] / figures["floor"]["per_second"], 3)
        for name, figures in agreed.items()
    }
    return {
        "name": "offers",
        **{f"{name}_of_floor_{CLIENTS}": ratio for name, ratio in ratios.items()},
        **inside,
        "http": over_http,
        **agreed,
    }


async def _yards(address: URL) -> None:
    """Add the yards, and say that they have changed."""
    path = {"server_settings": {"search_path": "booking"}}
    engine = create_async_engine(address, connect_args=path)
    async with engine.begin() as connection:
        await connection.run_sync(seeding.add, full_yards.document())
        await connection.execute(text("UPDATE yard_stamp SET stamp = stamp + 1"))
    await engine.dispose()


def _turn(books: Books, now: datetime) -> Turn:
    settings = Settings()
    terms = Terms(hold=cal.DAY, lead=cal.STEP * 2, horizon_days=settings.horizon_days)
    return Turn(now=now, wall=now, ids=uuid7, yards=books.yards, terms=terms)


async def _inside(database: Database, books: Books, *, now: datetime) -> dict[str, Any]:
    """The search by itself, in microseconds; each request was asked for once before."""
    turn = _turn(books, now)
    began = time.perf_counter()
    calendars = await _calendars(database, books, now=now)
    figures: dict[str, Any] = {"load_seconds": round(time.perf_counter() - began, 2)}
    wanted = [full_yards.requirement(10**7 + n, now=now) for n in range(400)]
    asked = [
        acts.opened(each, yard=books.yards[f"FULL-{each.terminal[1:]}"], now=now).after
        for each in wanted
    ]
    bounds = Bounds(now + turn.terms.lead)
    for booking in asked:
        calendar = calendars[booking.yard]
        load_ = sight.load_of(booking, calendar.yard, turn=turn)
        _search(calendar, booking, bounds, load_, limit=LIMIT, explain=True)
    for name, limit, changed, explain in KINDS:
        rng, spans = random.Random(3), list[float]()
        for _ in range(SEARCHES):
            booking = rng.choice(asked)
            calendar = calendars[booking.yard]
            if changed:
                resources: list[Resource] = [*calendar.yard.bays, *calendar.yard.teams]
                calendar.memo.forget({rng.choice(resources).id})
            load_ = sight.load_of(booking, calendar.yard, turn=turn)
            start = time.perf_counter()
            _search(calendar, booking, bounds, load_, limit=limit, explain=explain)
            spans.append(time.perf_counter() - start)
        figures[f"{name}_us"] = _microseconds(spans)
    return figures


async def _calendars(database: Database, books: Books, *, now: datetime) -> dict[str, Calendar]:
    live = Live(horizon_days=Settings().horizon_days)
    found: dict[str, Calendar] = {}
    for number in range(full_yards.YARDS):
        yard = books.yards[full_yards.code(number)]
        async with database.connect() as reading:
            calendar = await live.calendar(reading, yard, first=now, now=now)
        if calendar is None:
            raise RuntimeError(f"no calendar of {yard.code} is kept from now on")
        found[yard.code] = calendar
    return found


def _microseconds(spans: Sequence[float]) -> dict[str, float]:
    percentiles = quantiles(spans, n=100)
    return {"p50": round(percentiles[49] * 1e6, 1), "p99": round(percentiles[98] * 1e6, 1)}


def _search(
    calendar: Calendar, booking: Booking, bounds: Bounds, load_: Load, *, limit: int, explain: bool
) -> None:
    found = offers.cheapest(calendar, booking.want, bounds, load=load_, limit=limit)
    if explain and found:
        told = why.not_earlier(
            calendar, booking.want, first=bounds.earliest, before=found[0].slot.starts
        )
        for each in told:
            why.texts(calendar, each, booking.want)


async def _http(bench: Bench, url: str, ids: Sequence[UUID], *, now: datetime) -> Any:
    token = people.tokens(bench.issuer, now=now)["broker"]
    asked = [
        load.request("GET", f"/booking/v1/requests/{each}/offers?limit={LIMIT}", token=token)
        for each in ids
    ]
    rng = random.Random(4)
    figures = {}
    for clients in (1, 8):
        async with load.connections(url, clients) as opened:
            send = _sender(opened, asked, rng)
            await load.closed(send, clients=clients, seconds=WARM_SECONDS)
            figures[f"clients_{clients}"] = await load.closed(
                send, clients=clients, seconds=SECONDS
            )
    return figures


def _sender(
    opened: Sequence[load.Connection], asked: Sequence[bytes], rng: random.Random
) -> Callable[[int], Awaitable[None]]:
    async def send(client: int) -> None:
        await opened[client].send(rng.choice(asked))

    return send
