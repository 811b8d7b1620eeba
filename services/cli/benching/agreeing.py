"""Holding and confirming slots at 32 clients, and the same rows written by bare asyncpg."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.booking import yardbook
from services.booking.commands import slots
from services.booking.commands.turn import Turn
from services.booking.domain import fit
from services.booking.domain.booking import Booking
from services.cli.benching import full_yards, load
from services.cli.benching.full_yards import Place
from services.cli.console import say
from shared.database import Database
from shared.ids import uuid7

CLIENTS = 32
MOST = 3_000
"""Requests of the service and as many of the floor."""

LOCK = "SELECT * FROM bookings WHERE id = $1 FOR UPDATE"
HOLD = (
    "UPDATE bookings SET status = 'held', slot = $2::jsonb, held_until = $3,"
    " version = version + 1 WHERE id = $1 AND version = $4"
)
CONFIRM = (
    "UPDATE bookings SET status = 'confirmed', held_until = NULL, version = version + 1"
    " WHERE id = $1 AND version = $2"
)
TAKE = (
    "INSERT INTO occupancy (resource, during, booking_id, active)"
    " SELECT r, tstzrange($2, $3), $4, true FROM unnest($1::int[]) AS r ORDER BY r"
)
TOLD = (
    "INSERT INTO outbox (event_id, aggregate, aggregate_id, aggregate_version, type, envelope,"
    " occurred_at, emission) VALUES ($1, 'booking', $2, $3, $4, $5::jsonb, $6, 1)"
)
EVENTS = "SELECT envelope FROM outbox WHERE type = $1 LIMIT 1"

Work = Callable[[int], Awaitable[None]]


async def measure(
    database: Database, address: str, free: Sequence[Place], *, turn: Turn
) -> dict[str, Any]:
    """Hold, then confirm what is held: the service, then the floor, each on its own requests."""
    half = min(MOST, len(free) // 2)
    free = free[: 2 * half]
    path = {"search_path": "booking"}
    async with asyncpg.create_pool(
        address, min_size=CLIENTS, max_size=CLIENTS, server_settings=path
    ) as pool:
        wanted = [
            full_yards.plain_requirement(2 * 10**7 + n, place, now=turn.now)
            for n, place in enumerate(free)
        ]
        async with pool.acquire() as connection:
            ids = await full_yards.ask(connection, turn.yards, wanted, turn.now)
        say(f"hold and confirm, {CLIENTS} clients: the service, then the floor")
        ours = await _both(_service(database, free[:half], ids[:half], turn), half)
        least = await _both(await _floor(pool, free[half:], ids[half:], turn), half)
    return {name: {"service": ours[name], "floor": least[name]} for name in ("hold", "confirm")}


async def _both(works: Mapping[str, Work], count: int) -> dict[str, Any]:
    """One act after the other on each of so many requests, which the clients share."""
    return {name: await _done(work, count) for name, work in works.items()}


async def _done(work: Work, count: int) -> dict[str, float]:
    numbers = iter(range(count))
    latencies: list[float] = []
    began = time.perf_counter()

    async def client() -> None:
        for number in numbers:
            start = time.perf_counter()
            await work(number)
            latencies.append(time.perf_counter() - start)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return load.figures(latencies, time.perf_counter() - began)


def _service(
    database: Database, places: Sequence[Place], ids: Sequence[UUID], turn: Turn
) -> dict[str, Work]:
    async def hold(number: int) -> None:
        choice = fit.choice_of(full_yards.slot(places[number]))
        async with database.transaction() as session:
            _, wanted = await yardbook.with_booking(session, ids[number])
            await slots.hold(session, _known(wanted), choice=choice, turn=turn)

    async def confirm(number: int) -> None:
        async with database.transaction() as session:
            _, held = await yardbook.with_booking(session, ids[number])
            await slots.confirm(session, _known(held), turn=turn)

    return {"hold": hold, "confirm": confirm}


def _known(booking: Booking | None) -> Booking:
    if booking is None:
        raise LookupError("every request was asked for")
    return booking


async def _floor(
    pool: asyncpg.Pool, places: Sequence[Place], ids: Sequence[UUID], turn: Turn
) -> dict[str, Work]:
    """The same rows, with the values that the service has left."""
    held, confirmed = [
        await pool.fetchval(EVENTS, f"onestop.booking.{name}.v1") for name in ("held", "confirmed")
    ]
    until = turn.now + turn.terms.hold

    async def hold(number: int) -> None:
        slot, one = full_yards.slot(places[number]), ids[number]
        resources = [each.resource for each in fit.taken(turn.yards[slot.yard], slot)]
        async with pool.acquire() as connection, connection.transaction():
            await connection.fetch(LOCK, one)
            await connection.execute(TAKE, resources, slot.starts, slot.ends, one)
            await connection.execute(HOLD, one, slot.model_dump_json(), until, 1)
            await connection.execute(TOLD, uuid7(), one, 2, "held", held, turn.now)

    async def confirm(number: int) -> None:
        one = ids[number]
        async with pool.acquire() as connection, connection.transaction():
            await connection.fetch(LOCK, one)
            await connection.execute(CONFIRM, one, 2)
            await connection.execute(TOLD, uuid7(), one, 3, "confirmed", confirmed, turn.now)

    return {"hold": hold, "confirm": confirm}
