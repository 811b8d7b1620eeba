"""Bookings and yards between rows and values."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.booking.domain.booking import Booking, Status
from services.booking.domain.yard import Bay, Cargo, Hours, Sort, Team, Window, Yard
from services.booking.tables import BookingRow, ResourceRow, YardRow
from shared.contracts.values import AgencyNeed, BayKind, Slot, SlotWish
from shared.database import table_of
from shared.errors import StaleVersion
from shared.prepared import Row, Statement

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Reading = AsyncSession | AsyncConnection
"""What a read needs: any connection to the schema."""

bookings = table_of(BookingRow)
yards_table = table_of(YardRow)
resources_table = table_of(ResourceRow)
_one = select(bookings).where(bookings.c.id == bindparam("id", type_=Uuid))
_KNOWN = Statement(
    select(bookings.c.requirement_id)
    .where(bookings.c.requirement_id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(bookings.c.requirement_id)
    .with_for_update()
)
_INSERT = Statement(insert(bookings), columns=bookings.columns.keys())
_UPDATE = Statement(
    update(bookings)
    .where(
        bookings.c.id == bindparam("booking_id", type_=Uuid),
        bookings.c.version == bindparam("was", type_=Integer),
    )
    .values({each.name: bindparam(each.name, type_=each.type) for each in bookings.columns})
    .returning(bookings.c.id)
)
_LOCK = {skip: Statement(_one.with_for_update(skip_locked=skip)) for skip in (False, True)}


async def find(session: Reading, booking_id: UUID) -> Booking | None:
    """The booking as it was last committed, or None."""
    row = await session.execute(select(bookings).where(bookings.c.id == booking_id))
    found = row.mappings().one_or_none()
    return None if found is None else booking_of(found)


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
    await _INSERT.run(session, _columns(booking, now=now))


async def save(session: AsyncSession, booking: Booking, *, expected: int, now: datetime) -> None:
    """Update a booking whose version was `expected`; `now` is wall time. Raises StaleVersion."""
    was = {"booking_id": booking.id, "was": expected}
    if not await _UPDATE.run(session, _columns(booking, now=now) | was):
        raise StaleVersion(booking_id=booking.id, expected=expected)


async def yards(session: Reading) -> dict[str, Yard]:
    """Every yard with its bays and teams, by code."""
    rows = (await session.execute(select(yards_table).order_by(yards_table.c.code))).mappings()
    parts = await session.execute(select(resources_table).order_by(resources_table.c.id))
    resources = parts.mappings().all()
    return {
        row["code"]: yard_of(row, [each for each in resources if each["yard"] == row["code"]])
        for row in rows
    }


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
    )


def _columns(booking: Booking, *, now: datetime) -> dict[str, Any]:
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
        "changed_at": now,
    }


def yard_of(row: Row, resources: Sequence[Row]) -> Yard:
    """The value of a yard's row and those of its bays and teams."""
    hours: Mapping[str, list[str]] = row["hours"]
    return Yard(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        zone=ZoneInfo(row["time_zone"]),
        weekdays=tuple(_hours(hours.get(weekday)) for weekday in WEEKDAYS),
        moves=row["terminal_moves"],
        move_minutes=row["move_minutes"],
        availability_minutes=row["availability_minutes"],
        free_days=row["free_days"],
        bays=tuple(_bay(each) for each in resources if each["sort"] == Sort.BAY),
        teams=tuple(_team(each) for each in resources if each["sort"] == Sort.TEAM),
    )


def _bay(row: Row) -> Bay:
    return Bay(id=row["id"], code=row["code"], kind=BayKind(row["kind"]))


def _team(row: Row) -> Team:
    shift = row["shift"]
    return Team(
        id=row["id"],
        code=row["code"],
        agency=row["agency"],
        skills=frozenset(row["skills"]),
        shift=Hours(time.fromisoformat(shift[0]), time.fromisoformat(shift[1])),
        rest=_hours(row["rest"]),
    )


def _hours(pair: list[str] | None) -> Hours | None:
    if pair is None:
        return None
    return Hours(time.fromisoformat(pair[0]), time.fromisoformat(pair[1]))
