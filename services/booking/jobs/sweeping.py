"""What runs by itself: holds that ran out, slots that are overrun, requests in line for a slot.

All work from the database; each booking is a transaction of its own, so that one fault keeps
nothing else back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import exchange_notices, line, queries
from services.booking.commands import sweep, waiting
from services.booking.commands import telling as notices
from services.booking.commands.turn import Turn
from services.booking.desk import Desk
from shared import errors
from shared.service import Job

log = structlog.get_logger()

BATCH = 100
FAULTS = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""Of the database: SQLAlchemy's statements raise its own, prepared ones the driver's."""

Command = Callable[[AsyncSession, UUID, Turn], Awaitable[None]]


def expiry(desk: Desk) -> Job:
    """Let holds that ran out expire, for ever."""

    async def run() -> None:
        while True:
            await expire_once(desk)
            await asyncio.sleep(desk.settings.sweep_seconds)

    return run


def overruns(desk: Desk) -> Job:
    """Let open containers keep their bays past their slots' ends, for ever."""

    async def run() -> None:
        while True:
            await keep_open_once(desk)
            await asyncio.sleep(desk.settings.sweep_seconds)

    return run


def retrying(desk: Desk) -> Job:
    """Serve who is in line for a slot, for ever."""

    async def run() -> None:
        while True:
            await retry_once(desk)
            await asyncio.sleep(desk.settings.retry_seconds)

    return run


def telling(desk: Desk) -> Job:
    """Tell brokers of offers of exchange, for ever."""

    async def run() -> None:
        while True:
            await tell_once(desk)
            await asyncio.sleep(desk.settings.retry_seconds)

    return run


async def expire_once(desk: Desk) -> int:
    """One sweep; returns how many holds were looked at."""
    async with desk.kit.database.connect() as session:
        ids = await queries.holds_over(session, now=desk.kit.clock.yard(), limit=BATCH)
    for each in ids:
        await _alone(desk, each, _expire)
    return len(ids)


async def keep_open_once(desk: Desk) -> int:
    """One sweep; returns how many open containers were looked at."""
    async with desk.kit.database.connect() as session:
        ids = await queries.overrun(session, now=desk.kit.clock.yard())
    for each in ids:
        await _alone(desk, each, _keep_open)
    return len(ids)


async def retry_once(desk: Desk) -> int:
    """One round, who asked first is first; returns how many requests were looked at."""
    async with desk.kit.database.connect() as session:
        ids = await line.everybody(session, now=desk.kit.clock.yard())
    for each in ids:
        await _alone(desk, each, _retry)
    return len(ids)


async def tell_once(desk: Desk) -> int:
    """One round; returns of how many offers something was to be told."""
    soonest = desk.kit.clock.yard() + desk.terms().lead
    async with desk.kit.database.connect() as session:
        ids = await exchange_notices.due(session, soonest=soonest, most=BATCH)
    for each in ids:
        await _alone(desk, each, _tell)
    return len(ids)


async def _expire(session: AsyncSession, booking_id: UUID, turn: Turn) -> None:
    await sweep.expire(session, booking_id, turn=turn)


async def _keep_open(session: AsyncSession, booking_id: UUID, turn: Turn) -> None:
    await sweep.keep_open(session, booking_id, turn=turn)


async def _retry(session: AsyncSession, booking_id: UUID, turn: Turn) -> None:
    await waiting.serve(session, booking_id, turn=turn)


async def _tell(session: AsyncSession, exchange_id: UUID, turn: Turn) -> None:
    await notices.tell(session, exchange_id, turn=turn)


async def _alone(desk: Desk, one: UUID, command: Command) -> None:
    """`one` is a booking, or an offer of exchange."""
    try:
        async with desk.kit.database.transaction() as session:
            await command(session, one, await desk.turn(session))
    except (*FAULTS, errors.Refused) as error:
        log.warning("booking not swept", booking_id=str(one), error=str(error))
