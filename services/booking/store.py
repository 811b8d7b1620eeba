"""Bookings between rows and values."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Uuid,
    bindparam,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.booking.domain.booking import WITH_SLOT, Booking, Status
from services.booking.domain.yard import Cargo, Window
from services.booking.tables import BookingRow
from shared import prepared
from shared.contracts.values import AgencyNeed, BayKind, Slot, SlotWish
from shared.database import table_of
from shared.errors import StaleVersion
from shared.messaging import outbox
from shared.prepared import Row, Statement

Reading = AsyncSession | AsyncConnection
"""What a read needs: any connection to the schema."""

bookings = table_of(BookingRow)
_one = select(bookings).where(bookings.c.id == bindparam("id", type_=Uuid))
_KNOWN = Statement(
    select(bookings.c.requirement_id)
    .where(bookings.c.requirement_id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(bookings.c.requirement_id)
    .with_for_update()
)
_INSERT = Statement(insert(bookings), columns=bookings.columns.keys())
_UPDATE = (
    update(bookings)
    .where(
        bookings.c.id == bindparam("booking_id", type_=Uuid),
        bookings.c.version == bindparam("was", type_=Integer),
    )
    .values({each.name: bindparam(each.name, type_=each.type) for each in bookings.columns})
    .returning(bookings.c.id)
)
_FIND = Statement(_one)
_LOCK = {skip: Statement(_one.with_for_update(skip_locked=skip)) for skip in (False, True)}


async def find(session: Reading, booking_id: UUID) -> Booking | None:
    """The booking as it was last committed, or None."""
    found = await _FIND.run(session, {"id": booking_id})
    return booking_of(found[0]) if found else None


async def known(session: AsyncSession, requirement_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the requirements that have a booking, which are locked: all before the yard is.

    Else two wait for each other, one with the yard for a booking, one with that for the yard.
    """
    rows = await _KNOWN.run(session, {"ids": requirement_ids})
    return {row["requirement_id"] for row in rows}


async def lock(
    session: AsyncSession, booking_id: UUID, *, skip_locked: bool = False
) -> Booking | None:
    """The booking, locked until the transaction ends, or None.

    `skip_locked`: None too if somebody else has it locked, instead of waiting.
    """
    found = await _LOCK[skip_locked].run(session, {"id": booking_id})
    return booking_of(found[0]) if found else None


async def add(session: AsyncSession, booking: Booking, *, now: datetime) -> None:
    """Insert a booking; `now` is wall time. UniqueViolationError if the requirement has one."""
    await _INSERT.run(session, columns_of(booking, now=now))


async def save(
    session: AsyncSession,
    booking: Booking,
    *,
    expected: int,
    now: datetime,
    told: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Update a booking whose version was `expected`; `now` is wall time. Raises StaleVersion.

    `told` are the outbox's rows of its events, written by the same statement.
    """
    was = {"booking_id": booking.id, "was": expected}
    values = columns_of(booking, now=now) | was | outbox.values(told)
    if not await _saving(len(told)).run(session, values):
        raise StaleVersion(booking_id=booking.id, expected=expected)
    if told:
        outbox.appended()


@cache
def _saving(events: int) -> Statement:
    """The update of a booking, with so many events."""
    told = [outbox.part_of_writer(events)] if events else []
    return prepared.together(_UPDATE, *told)


async def live(
    session: Reading, yard: str, *, after: datetime, among: Collection[Status] = WITH_SLOT
) -> list[Booking]:
    """The bookings whose slot in a yard ends after a moment, in the order of their ids: those that
    take something of it, or those `among` some states.
    """
    ends = cast(bookings.c.slot["ends"].astext, DateTime(timezone=True))
    rows = await session.execute(
        select(bookings)
        .where(bookings.c.status.in_(among), bookings.c.slot["yard"].astext == yard, ends > after)
        .order_by(bookings.c.id)
    )
    return [booking_of(row) for row in rows.mappings()]


def booking_of(row: Row) -> Booking:
    """The value of a row."""
    return Booking(
        id=row["id"],
        requirement_id=row["requirement_id"],
        filing_id=row["filing_id"],
        broker=row["broker"],
        revision=row["revision"],
        required=tuple(AgencyNeed.model_validate(need) for need in row["required"]),
        bay_kind=BayKind(row["bay_kind"]),
        yard=row["yard"],
        window=Window(opens=row["window_opens"], free_until=row["free_until"]),
        wish=SlotWish.model_validate(row["wish"]),
        cargo=None if row["cargo"] is None else Cargo.model_validate(row["cargo"]),
        status=Status(row["status"]),
        version=row["version"],
        only=tuple(row["only"]),
        slot=None if row["slot"] is None else Slot.model_validate(row["slot"]),
        held_until=row["held_until"],
        wanted=row["wanted"],
        hold_extended=row["hold_extended"],
        asked_at=row["asked_at"],
    )


def columns_of(booking: Booking, *, now: datetime) -> dict[str, Any]:
    """The row of a booking; `now` is wall time."""
    return {
        "id": booking.id,
        "requirement_id": booking.requirement_id,
        "filing_id": booking.filing_id,
        "broker": booking.broker,
        "revision": booking.revision,
        "required": [need.model_dump(mode="json") for need in booking.required],
        "bay_kind": booking.bay_kind.value,
        "yard": booking.yard,
        "window_opens": booking.window.opens,
        "free_until": booking.window.free_until,
        "wish": booking.wish.model_dump(mode="json"),
        "cargo": None if booking.cargo is None else booking.cargo.model_dump(mode="json"),
        "auto_confirm": booking.wish.auto_confirm,
        "status": booking.status.value,
        "version": booking.version,
        "only": list(booking.only),
        "slot": None if booking.slot is None else booking.slot.model_dump(mode="json"),
        "held_until": booking.held_until,
        "wanted": booking.wanted,
        "hold_extended": booking.hold_extended,
        "asked_at": booking.asked_at,
        "changed_at": now,
    }
