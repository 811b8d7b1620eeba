"""Orders for plans between rows and values."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter
from sqlalchemy import ARRAY, DateTime, Text, cast, func, insert, null, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import store
from services.booking.domain.booking import WITHOUT_SLOT, Booking, Status
from services.booking.domain.refusals import PlanUnderWay
from services.booking.planner.history import WEEK, Past, weeks
from services.booking.planner.order import Applied, Order, Stage, Terms
from services.booking.planner.pricing import PoolPrice
from services.booking.planner.proposal import Proposal
from services.booking.store import Reading, bookings
from services.booking.tables import PlanRow
from shared import database
from shared.database import table_of
from shared.prepared import Row

table = table_of(PlanRow)
MOST_EXPECTED = 5_000
"""Requests that a plan expects, each for one or more."""
_MOMENT = DateTime(timezone=True)
_LONG = ("items", "unserved", "expected", "advice", "prices")
_PRICES = TypeAdapter(list[PoolPrice])


async def add(session: AsyncSession, order: Order) -> None:
    """Insert an order. Raises PlanUnderWay if one of the same yards is under way."""
    try:
        async with database.savepoint(session):
            await session.execute(insert(table).values(_columns(order)))
    except IntegrityError as error:
        raise PlanUnderWay(yards=list(order.yards)) from error


async def save(session: AsyncSession, order: Order) -> None:
    """Update an order, which the caller has locked."""
    await session.execute(update(table).where(table.c.id == order.id).values(_columns(order)))


async def find(session: Reading, order_id: UUID) -> Order | None:
    """The order as it was last committed, or None."""
    return _one(await session.execute(select(table).where(table.c.id == order_id)))


async def lock(session: AsyncSession, order_id: UUID) -> Order | None:
    """The order, locked until the transaction ends, or None."""
    return _one(
        await session.execute(select(table).where(table.c.id == order_id).with_for_update())
    )


async def next_one(session: AsyncSession, *, now: datetime) -> Order | None:
    """The oldest order that nobody works on, locked, or None; `now` is wall time."""
    left = (table.c.stage == Stage.RUNNING) & (table.c.due_back <= now)
    return _one(
        await session.execute(
            select(table)
            .where((table.c.stage == Stage.ASKED) | left)
            .order_by(table.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    )


async def last_asked(session: Reading, yards: Sequence[str], *, by: str) -> datetime | None:
    """When somebody last asked for a plan of exactly these yards (yard clock), or None."""
    found = await session.execute(
        select(func.max(table.c.asked_at)).where(
            table.c.yards == list(yards), table.c.asked_by == by
        )
    )
    last: datetime | None = found.scalar_one()
    return last


async def newest_proposed(session: Reading) -> UUID | None:
    """The newest plan that was proposed, or None."""
    found = await session.execute(
        select(table.c.id).where(table.c.proposal.is_not(None)).order_by(table.c.id.desc()).limit(1)
    )
    newest: UUID | None = found.scalar_one_or_none()
    return newest


async def prices(session: Reading) -> list[PoolPrice]:
    """The prices of the newest proposal for each set of yards, oldest first."""
    newest = (
        select(table.c.id, table.c.proposal["prices"].label("prices"))
        .where(table.c.proposal.is_not(None))
        .ext(distinct_on(table.c.yards))
        .order_by(table.c.yards, table.c.id.desc())
        .subquery()
    )
    rows = await session.execute(select(newest.c.prices).order_by(newest.c.id))
    return [each for found in rows.scalars() if found for each in _PRICES.validate_python(found)]


async def page(
    session: Reading, *, yard: str | None, before: UUID | None, limit: int
) -> list[Order]:
    """Orders with their figures alone, the newest first; with `yard` those for that yard alone.

    What a plan changes may be megabytes, and nobody looks at it in a list.
    """
    figures = table.c.proposal.op("-")(cast(list(_LONG), ARRAY(Text))).label("proposal")
    rest = (each for each in table.c if each.name not in ("proposal", "applied"))
    wanted = select(*rest, figures, null().label("applied"))
    wanted = wanted.order_by(table.c.id.desc()).limit(limit)
    if yard is not None:
        wanted = wanted.where(table.c.yards == [yard])
    if before is not None:
        wanted = wanted.where(table.c.id < before)
    return [_order(row) for row in (await session.execute(wanted)).mappings()]


async def waiting(session: Reading) -> list[Booking]:
    """The requests that want a slot and have none."""
    wanted = (bookings.c.wanted, bookings.c.status.in_(WITHOUT_SLOT))
    rows = await session.execute(select(bookings).where(*wanted).order_by(bookings.c.id))
    found = (store.booking_of(row) for row in rows.mappings())
    return [booking for booking in found if booking.seeking]


async def past(session: Reading, yards: Sequence[str], *, now: datetime, days: int) -> Past:
    """The requests of the last whole weeks in these yards (yard clock), for a plan of so many
    days; none of less than a week.

    Of more than are expected at once some are drawn by lot, by their ids, each for several.
    """
    first = select(bookings.c.asked_at).where(bookings.c.yard.in_(yards))
    since = await session.scalar(first.order_by(bookings.c.asked_at).limit(1))
    known = weeks(since=since, now=now)
    if not known:
        return Past((), 0)
    wanted = (
        bookings.c.yard.in_(yards),
        bookings.c.asked_at > now - known * WEEK,
        bookings.c.asked_at <= now,
        or_(bookings.c.wanted, bookings.c.status == Status.COMPLETED),
    )
    many: int = (await session.execute(select(func.count()).where(*wanted))).scalar_one()
    most = MOST_EXPECTED // max(1, -(-days // WEEK.days))
    rows = await session.execute(
        select(bookings).where(*wanted).order_by(bookings.c.id).limit(most)
    )
    found = rows.mappings().all()
    return Past(await asyncio.to_thread(lambda: [*map(store.booking_of, found)]), known, many)


async def confirmed(
    session: Reading, yards: Sequence[str], *, first: datetime, last: datetime
) -> list[Booking]:
    """The confirmed bookings in these yards that lie between two moments (UTC)."""
    starts, ends = (cast(bookings.c.slot[name].astext, _MOMENT) for name in ("starts", "ends"))
    rows = await session.execute(
        select(bookings)
        .where(
            bookings.c.wanted,
            bookings.c.status == Status.CONFIRMED,
            bookings.c.slot["yard"].astext.in_(yards),
            starts >= first,
            ends <= last,
        )
        .order_by(bookings.c.id)
    )
    return [store.booking_of(row) for row in rows.mappings()]


async def lock_all(session: AsyncSession, booking_ids: Sequence[UUID]) -> dict[UUID, Booking]:
    """These bookings, locked in the order of their ids until the transaction ends."""
    rows = await session.execute(
        select(bookings)
        .where(bookings.c.id.in_(booking_ids))
        .order_by(bookings.c.id)
        .with_for_update()
    )
    return {row["id"]: store.booking_of(row) for row in rows.mappings()}


def _one(found: Any) -> Order | None:
    row = found.mappings().one_or_none()
    return None if row is None else _order(row)


def _order(row: Row) -> Order:
    return Order(
        id=row["id"],
        yards=tuple(row["yards"]),
        terms=Terms.model_validate(row["terms"]),
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        stage=Stage(row["stage"]),
        tries=row["tries"],
        due_back=row["due_back"],
        proposal=None if row["proposal"] is None else Proposal.model_validate(row["proposal"]),
        applied=None if row["applied"] is None else Applied.model_validate(row["applied"]),
        failure=row["failure"],
    )


def _columns(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "yards": list(order.yards),
        "terms": _json(order.terms),
        "asked_by": order.asked_by,
        "asked_at": order.asked_at,
        "stage": order.stage.value,
        "tries": order.tries,
        "due_back": order.due_back,
        "proposal": _json(order.proposal),
        "applied": _json(order.applied),
        "failure": order.failure,
    }


def _json(value: BaseModel | None) -> dict[str, Any] | None:
    return None if value is None else value.model_dump(mode="json")
