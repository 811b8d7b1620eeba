"""Invariants that an operator can have checked at any time: each returns what is broken."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.booking import store, yardbook
from services.booking.domain import fit
from services.booking.domain.booking import WITH_SLOT, Booking, Status
from services.booking.domain.yard import Yard
from shared.clock import Clock
from shared.service import Check

OVERDUE_WALL_MINUTES = 5

_OVERLAPS = text(
    """
    SELECT a.booking_id AS one, b.booking_id AS other, a.resource
      FROM occupancy a JOIN occupancy b
        ON a.resource = b.resource AND a.id < b.id AND a.during && b.during
     WHERE a.active AND b.active
    """
)
_BOTH_OPEN = text(
    """
    WITH open AS (
        SELECT o.booking_id, o.resource, lower(o.during) AS starts,
               CASE r.sort WHEN 'bay' THEN greatest(upper(o.during), CAST(:now AS timestamptz))
                           ELSE upper(o.during) END AS ends
          FROM bookings b
          JOIN occupancy o ON o.booking_id = b.id AND o.active
          JOIN resources r ON r.id = o.resource
         WHERE b.status = 'started')
    SELECT a.booking_id AS one, b.booking_id AS other, a.resource
      FROM open a JOIN open b
        ON a.resource = b.resource AND a.booking_id < b.booking_id
       AND a.starts < b.ends AND b.starts < a.ends
    """
)
_ORPHANS = text(
    """
    SELECT DISTINCT b.id, b.status FROM occupancy o JOIN bookings b ON b.id = o.booking_id
     WHERE o.active AND b.status NOT IN ('held', 'confirmed', 'started')
    """
)
_TAKES = text(
    """
    SELECT booking_id, resource FROM occupancy WHERE active
    """
)
_VERSIONS = text(
    """
    SELECT b.id, b.version, count(o.seq) AS told
      FROM bookings b LEFT JOIN outbox o ON o.aggregate = 'booking' AND o.aggregate_id = b.id
     GROUP BY b.id, b.version HAVING b.version <> count(o.seq)
    """
)
_OVERDUE = text(
    """
    SELECT id, held_until FROM bookings
     WHERE status = 'held'
       AND held_until < CAST(:now AS timestamptz) - make_interval(mins => :minutes)
    """
)


def checks(clock: Clock) -> Mapping[str, Check]:
    """All of booking's invariants."""

    async def holds_end(connection: AsyncConnection) -> list[str]:
        minutes = int(OVERDUE_WALL_MINUTES * clock.factor) + 1
        rows = await connection.execute(_OVERDUE, {"now": clock.yard(), "minutes": minutes})
        return [f"booking {row.id} is held, though only until {row.held_until}" for row in rows]

    async def one_open_at_a_time(connection: AsyncConnection) -> list[str]:
        rows = await connection.execute(_BOTH_OPEN, {"now": clock.yard()})
        return [f"resource {row.resource} has {row.one} and {row.other} open" for row in rows]

    return {
        "nothing is in two places": nothing_twice,
        "no bay or team has two open containers": one_open_at_a_time,
        "ended bookings take nothing": ended_take_nothing,
        "bookings take what they need": take_what_they_need,
        "holds end": holds_end,
        "events match versions": events_match,
    }


async def nothing_twice(connection: AsyncConnection) -> list[str]:
    """No bay or team is taken twice at a time."""
    rows = await connection.execute(_OVERLAPS)
    return [f"resource {row.resource} is taken by {row.one} and {row.other}" for row in rows]


async def ended_take_nothing(connection: AsyncConnection) -> list[str]:
    """Only held, confirmed and started bookings take anything."""
    rows = await connection.execute(_ORPHANS)
    return [f"booking {row.id} is {row.status} and takes something" for row in rows]


async def events_match(connection: AsyncConnection) -> list[str]:
    """A booking's version is the number of its events."""
    rows = await connection.execute(_VERSIONS)
    return [f"booking {row.id} is at {row.version} with {row.told} events" for row in rows]


async def take_what_they_need(connection: AsyncConnection) -> list[str]:
    """A booking with a slot takes its bay and one able team for each needed agency.

    An open container may lack what another open one still has.
    """
    yards = (await yardbook.read(connection)).yards
    takes: dict[UUID, list[int]] = {}
    for taken in await connection.execute(_TAKES):
        takes.setdefault(taken.booking_id, []).append(taken.resource)
    rows = await connection.execute(
        select(store.bookings).where(store.bookings.c.status.in_(WITH_SLOT))
    )
    live = [store.booking_of(row) for row in rows.mappings()]
    return [
        f"booking {booking.id} does not take what it needs"
        for booking in live
        if not _takes_its_own(booking, yards, takes.get(booking.id, []))
    ]


def _takes_its_own(booking: Booking, yards: Mapping[str, Yard], takes: list[int]) -> bool:
    """An open container stays in its bay, whatever bay a later revision would want."""
    slot = booking.slot
    if slot is None or (yard := yards.get(slot.yard)) is None:
        return False
    bay = yard.bay(slot.bay, at=slot.starts)
    if bay is None or (not bay.takes(booking.bay_kind) and booking.status is not Status.STARTED):
        return False
    own = [each.id for each in fit.resources(yard, slot)]
    has = set(takes) <= set(own) if booking.status is Status.STARTED else sorted(takes) == own
    return has and fit.manned(yard, slot, booking.want)
