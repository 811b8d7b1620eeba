"""Who takes which resource when. The database refuses that one is taken twice.

Rows are inserted in ascending resource id: in varying order many clients that want the same slot
deadlock, in a fixed order they queue.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, Boolean, DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from services.booking.domain.calendar import Taken
from services.booking.store import Reading
from shared import database
from shared.prepared import Statement

_KINDS: Mapping[str, TypeEngine[Any]] = {
    "yard": Text(),
    "yards": ARRAY(Text),
    "first": DateTime(timezone=True),
    "last": DateTime(timezone=True),
    "now": DateTime(timezone=True),
    "at": DateTime(timezone=True),
    "without": ARRAY(Uuid),
    "started_only": Boolean(),
    "booking_id": Uuid(),
    "resources": ARRAY(Integer),
    "starts": ARRAY(DateTime(timezone=True)),
    "ends": ARRAY(DateTime(timezone=True)),
}


def _statement(sql: str) -> Statement:
    wanted = text(sql)
    kinds = {name: kind for name, kind in _KINDS.items() if re.search(rf":{name}\b", sql)}
    return Statement(wanted.bindparams(*(bindparam(name, type_=kinds[name]) for name in kinds)))


# With a join of the resources PostgreSQL looks into the occupancy once for each of them.
_TAKEN = _statement(
    """
    SELECT o.resource, lower(o.during) AS starts, upper(o.during) AS ends
      FROM occupancy o
      JOIN bookings b ON b.id = o.booking_id
     WHERE o.active AND o.during && tstzrange(:first, :last)
       AND o.resource = ANY (ARRAY(SELECT id FROM resources WHERE yard = :yard))
       AND o.booking_id <> ALL (:without)
       AND NOT (b.status = 'held' AND b.held_until <= :now)
       AND (b.status = 'started' OR NOT :started_only)
    """
)
# Asked as the exclusion constraint asks it: no other index knows a resource's times.
_IN_THE_WAY = _statement(
    """
    SELECT DISTINCT o.booking_id, b.status, b.held_until
      FROM occupancy o
      JOIN bookings b ON b.id = o.booking_id
      JOIN unnest(:resources ::int[], :starts ::timestamptz[], :ends ::timestamptz[])
           AS wanted (resource, starts, ends)
        ON int4range(wanted.resource, wanted.resource, '[]')
           && int4range(o.resource, o.resource, '[]')
     WHERE o.active AND o.during && tstzrange(wanted.starts, wanted.ends)
       AND o.booking_id <> :booking_id
    """
)
_OPEN_ELSEWHERE = _statement(
    """
    SELECT DISTINCT o.resource
      FROM bookings b
      JOIN occupancy o ON o.booking_id = b.id AND o.active
      JOIN unnest(:resources ::int[], :ends ::timestamptz[])
           AS wanted (resource, ends) ON wanted.resource = o.resource
     WHERE b.status = 'started' AND b.id <> :booking_id AND lower(o.during) < wanted.ends
    """
)
_OWN = _statement(
    """
    SELECT resource, lower(during) AS starts, upper(during) AS ends
      FROM occupancy WHERE booking_id = :booking_id AND active
    """
)


_RELEASE = _statement(
    "UPDATE occupancy SET active = false WHERE booking_id = :booking_id AND active"
)
# Of what ended before it began, one minute: how early it was opened is not kept.
_END = _statement(
    """
    UPDATE occupancy
       SET active = false, used = true,
           during = tstzrange(least(lower(during), least(upper(during), :at) - interval '1 minute'),
                              least(upper(during), :at))
     WHERE booking_id = :booking_id AND active
    """
)
_PLACING = _statement("SELECT pg_advisory_xact_lock(hashtext('booking.placing'), hashtext(:yard))")
_PLACING_IN = _statement(
    """
    SELECT pg_advisory_xact_lock(hashtext('booking.placing'), hashtext(yard))
      FROM unnest(:yards ::text[]) AS each (yard)
    """
)
_TAKE = _statement(
    """
    INSERT INTO occupancy (resource, during, booking_id, active)
    SELECT resource, tstzrange(starts, ends), :booking_id, true
      FROM unnest(:resources ::int[], :starts ::timestamptz[], :ends ::timestamptz[])
           AS wanted (resource, starts, ends)
     ORDER BY resource
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
    rows = await _TAKEN.run(
        session,
        {
            "yard": yard,
            "first": first,
            "last": last,
            "now": now,
            "without": list(without),
            "started_only": started_only,
        },
    )
    return [Taken(row["resource"], row["starts"], row["ends"]) for row in rows]


async def take(session: AsyncSession, booking_id: UUID, wanted: Sequence[Taken]) -> None:
    """Take resources for a booking, or nothing. Raises Occupied; the transaction goes on."""
    if not wanted:
        return
    try:
        async with database.savepoint(session):
            await _TAKE.run(session, _columns(booking_id, wanted))
    except (asyncpg.ExclusionViolationError, asyncpg.DeadlockDetectedError) as error:
        raise Occupied from error


async def release(session: AsyncSession, booking_id: UUID) -> None:
    """Set free whatever a booking takes."""
    await _RELEASE.run(session, {"booking_id": booking_id})


async def end(session: AsyncSession, booking_id: UUID, *, at: datetime) -> None:
    """Set free whatever a booking takes, and keep that it was used until then (yard clock)."""
    await _END.run(session, {"booking_id": booking_id, "at": at})


async def in_the_way(
    session: AsyncSession, booking_id: UUID, wanted: Sequence[Taken]
) -> list[tuple[UUID, str, datetime | None]]:
    """The other bookings that take any of it: id, status, and until when it is held."""
    rows = await _IN_THE_WAY.run(session, _columns(booking_id, wanted))
    return [(row["booking_id"], row["status"], row["held_until"]) for row in rows]


async def open_elsewhere(
    session: AsyncSession, booking_id: UUID, wanted: Sequence[Taken]
) -> set[int]:
    """The resources of these that another open container has, and will have till it is closed."""
    rows = await _OPEN_ELSEWHERE.run(session, _columns(booking_id, wanted))
    return {row["resource"] for row in rows}


async def own(session: AsyncSession, booking_id: UUID) -> dict[int, Taken]:
    """What a booking takes, by resource."""
    rows = await _OWN.run(session, {"booking_id": booking_id})
    return {row["resource"]: Taken(row["resource"], row["starts"], row["ends"]) for row in rows}


async def lock_placing(session: AsyncSession, yard: str) -> None:
    """Wait for whoever else is looking for a best slot in this yard: one after the other.

    Without it, many requests find the same best slot and all but one look again.
    """
    await _PLACING.run(session, {"yard": yard})


async def lock_all(session: AsyncSession, yards: Collection[str]) -> None:
    """The turn of several yards, for who may place something in any of them: all in one order."""
    if len(yards) > 1:
        await _PLACING_IN.run(session, {"yards": sorted(yards)})


def _columns(booking_id: UUID, wanted: Sequence[Taken]) -> dict[str, Any]:
    return {
        "booking_id": booking_id,
        "resources": [each.resource for each in wanted],
        "starts": [each.starts for each in wanted],
        "ends": [each.ends for each in wanted],
    }
