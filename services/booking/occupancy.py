"""Who takes which resource when. The database refuses that one is taken twice.

Rows are inserted in ascending resource id: in varying order many clients that want the same slot
deadlock, in a fixed order they queue.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking.domain.calendar import Taken
from services.booking.store import Reading
from services.booking.tables import OccupancyRow
from shared import database
from shared.database import table_of

EXCLUSION_VIOLATION = "23P01"
DEADLOCK = "40P01"

_occupancy = table_of(OccupancyRow)

_TAKEN = text(
    """
    SELECT o.resource, lower(o.during) AS starts, upper(o.during) AS ends
      FROM occupancy o
      JOIN resources r ON r.id = o.resource
      JOIN bookings b ON b.id = o.booking_id
     WHERE o.active AND r.yard = :yard AND o.during && tstzrange(:first, :last)
       AND o.booking_id <> ALL (:without)
       AND NOT (b.status = 'held' AND b.held_until <= :now)
       AND (b.status = 'started' OR NOT :started_only)
    """
)
_IN_THE_WAY = text(
    """
    SELECT DISTINCT o.booking_id, b.status, b.held_until
      FROM occupancy o
      JOIN bookings b ON b.id = o.booking_id
      JOIN unnest(:resources ::int[], :starts ::timestamptz[], :ends ::timestamptz[])
           AS wanted (resource, starts, ends) ON wanted.resource = o.resource
     WHERE o.active AND o.during && tstzrange(wanted.starts, wanted.ends)
       AND o.booking_id <> :booking_id
    """
)
_OPEN_ELSEWHERE = text(
    """
    SELECT DISTINCT o.resource
      FROM bookings b
      JOIN occupancy o ON o.booking_id = b.id AND o.active
      JOIN unnest(:resources ::int[], :ends ::timestamptz[])
           AS wanted (resource, ends) ON wanted.resource = o.resource
     WHERE b.status = 'started' AND b.id <> :booking_id AND lower(o.during) < wanted.ends
    """
)
_OWN = text(
    """
    SELECT resource, lower(during) AS starts, upper(during) AS ends
      FROM occupancy WHERE booking_id = :booking_id AND active
    """
)


class Occupied(Exception):
    """One of the resources is taken by another booking at that time."""


async def taken(
    session: Reading,
    yard: str,
    *,
    first: datetime,
    last: datetime,
    now: datetime,
    without: Collection[UUID] = (),
    started_only: bool = False,
) -> list[Taken]:
    """What is taken of a yard from `first` to `last`, in one query.

    Holds that ran out by `now` (yard clock) count as free, and so do the bookings in `without`.
    """
    rows = await session.execute(
        _TAKEN,
        {
            "yard": yard,
            "first": first,
            "last": last,
            "now": now,
            "without": list(without),
            "started_only": started_only,
        },
    )
    return [Taken(row.resource, row.starts, row.ends) for row in rows]


async def take(session: AsyncSession, booking_id: UUID, wanted: Sequence[Taken]) -> None:
    """Take resources for a booking, or nothing. Raises Occupied; the transaction goes on."""
    if not wanted:
        return
    rows = [
        {
            "resource": each.resource,
            "during": Range(each.starts, each.ends),
            "booking_id": booking_id,
            "active": True,
        }
        for each in sorted(wanted, key=lambda each: each.resource)
    ]
    try:
        async with database.savepoint(session):
            await session.execute(insert(_occupancy).values(rows))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in {EXCLUSION_VIOLATION, DEADLOCK}:
            raise Occupied from error
        raise


async def release(session: AsyncSession, booking_id: UUID) -> None:
    """Set free whatever a booking takes."""
    await session.execute(
        text("UPDATE occupancy SET active = false WHERE booking_id = :booking_id AND active"),
        {"booking_id": booking_id},
    )


async def in_the_way(
    session: AsyncSession, booking_id: UUID, wanted: Sequence[Taken]
) -> list[tuple[UUID, str, datetime | None]]:
    """The other bookings that take any of it: id, status, and until when it is held."""
    rows = await session.execute(
        _IN_THE_WAY,
        {
            "booking_id": booking_id,
            "resources": [each.resource for each in wanted],
            "starts": [each.starts for each in wanted],
            "ends": [each.ends for each in wanted],
        },
    )
    return [(row.booking_id, row.status, row.held_until) for row in rows]


async def open_elsewhere(
    session: AsyncSession, booking_id: UUID, wanted: Sequence[Taken]
) -> set[int]:
    """The resources of these that another open container has, and will have till it is closed."""
    rows = await session.execute(
        _OPEN_ELSEWHERE,
        {
            "booking_id": booking_id,
            "resources": [each.resource for each in wanted],
            "ends": [each.ends for each in wanted],
        },
    )
    return set(rows.scalars())


async def own(session: AsyncSession, booking_id: UUID) -> dict[int, Taken]:
    """What a booking takes, by resource."""
    rows = await session.execute(_OWN, {"booking_id": booking_id})
    return {row.resource: Taken(row.resource, row.starts, row.ends) for row in rows}


async def lock_placing(session: AsyncSession, yard: str) -> None:
    """Wait for whoever else is looking for a best slot in this yard: one after the other.

    Without it, many requests find the same best slot and all but one look again.
    """
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('booking.placing'), hashtext(:yard))"),
        {"yard": yard},
    )
