"""Reads: requests by what they are for, and a yard's day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, text

from services.booking import store
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import Taken
from services.booking.domain.resources import Span
from services.booking.store import Reading
from shared.prepared import Row

_SEEN = """
    WITH seen AS (
        SELECT * FROM occupancy WHERE active AND during && tstzrange(:first, :last)
        UNION ALL
        SELECT * FROM occupancy WHERE used AND during && tstzrange(:first, :last))
"""
"""What is taken, and what was used: each has an index of its own."""
_BOARD = text(
    f"""
    {_SEEN}
    SELECT o.resource, lower(o.during) AS starts, upper(o.during) AS ends, o.used,
           b.id, b.filing_id, b.status, b.slot, b.held_until, then_.bays, then_.teams
      FROM seen o
      JOIN resources r ON r.id = o.resource
      JOIN bookings b ON b.id = o.booking_id
      LEFT JOIN LATERAL (
          SELECT array_agg(t.code ORDER BY t.id) FILTER (WHERE t.sort = 'bay') AS bays,
                 array_agg(t.code ORDER BY t.id) FILTER (WHERE t.sort = 'team') AS teams
            FROM occupancy with_it JOIN resources t ON t.id = with_it.resource
           WHERE o.used AND with_it.used AND with_it.booking_id = o.booking_id
             AND with_it.during && o.during) then_ ON true
     WHERE r.yard = :yard AND r.sort = 'bay'
     ORDER BY o.resource, starts
    """  # noqa: S608 - a constant of this file; values are bound
)
_TAKEN_ON = text(
    f"""
    {_SEEN}
    SELECT o.resource, lower(o.during) AS starts, upper(o.during) AS ends
      FROM seen o
     WHERE o.resource = ANY (ARRAY(SELECT id FROM resources WHERE yard = :yard))
    """  # noqa: S608 - a constant of this file; values are bound
)
_LATENESS = text(
    f"""
    {_SEEN}
    SELECT count(*) AS bookings, count(*) FILTER (WHERE late > interval '0') AS late,
           CAST(coalesce(sum(extract(epoch FROM greatest(late, interval '0')) / 60), 0) AS int)
               AS late_minutes
      FROM (SELECT DISTINCT b.id, lower(o.during), upper(o.during) - b.free_until AS late
              FROM seen o
              JOIN resources r ON r.id = o.resource
              JOIN bookings b ON b.id = o.booking_id
             WHERE r.yard = :yard AND r.sort = 'bay'
               AND lower(o.during) >= :first AND lower(o.during) < :last) each
    """  # noqa: S608 - a constant of this file; values are bound
)
_OVERRUN = text(
    """
    SELECT b.id FROM bookings b
     WHERE b.status = 'started'
       AND (CAST(b.slot ->> 'ends' AS timestamptz) <= :now
            OR (SELECT count(*) FROM occupancy o WHERE o.booking_id = b.id AND o.active)
               <= jsonb_array_length(b.slot -> 'teams')
                  + jsonb_array_length(coalesce(b.slot -> 'beside', '[]'))
                  + jsonb_array_length(coalesce(b.slot -> 'gear', '[]')))
     ORDER BY b.id
    """
)


@dataclass(frozen=True)
class Filter:
    """Which requests: each field that is set must match; `yard` is the home or the slot's."""

    filing_id: UUID | None = None
    requirement_id: UUID | None = None
    status: Status | None = None
    broker: str | None = None
    yard: str | None = None


@dataclass(frozen=True)
class Placed:
    """A booking on a bay's row of the board."""

    bay: int
    booking_id: UUID
    filing_id: UUID
    status: str
    starts: datetime
    ends: datetime
    teams: tuple[str, ...]
    bays: tuple[str, ...]
    held_until: datetime | None


async def requests(
    session: Reading, wanted: Filter, *, after: UUID | None, limit: int
) -> Sequence[Booking]:
    """Requests in the order of their ids, from the one that follows `after`."""
    conditions = [
        getattr(store.bookings.c, name) == value
        for name in ("filing_id", "requirement_id", "status", "broker")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.yard is not None:
        columns = store.bookings.c
        at = columns.slot["yard"].astext == wanted.yard
        conditions.append(or_(columns.yard == wanted.yard, at))
    if after is not None:
        conditions.append(store.bookings.c.id > after)
    rows = await session.execute(
        select(store.bookings).where(*conditions).order_by(store.bookings.c.id).limit(limit)
    )
    return [store.booking_of(row) for row in rows.mappings()]


async def board(session: Reading, yard: str, *, day: Span) -> list[Placed]:
    """What stands or stood on each bay of a yard in an interval (UTC), in order."""
    rows = await session.execute(_BOARD, {"yard": yard, "first": day[0], "last": day[1]})
    return [_placed(row) for row in rows.mappings()]


def _placed(row: Row) -> Placed:
    """Of what is completed its booking may have another slot by now: its own rows tell."""
    used, slot = row["used"], row["slot"]
    return Placed(
        bay=row["resource"],
        booking_id=row["id"],
        filing_id=row["filing_id"],
        status=Status.COMPLETED if used else row["status"],
        starts=row["starts"],
        ends=row["ends"],
        teams=tuple(row["teams"] or () if used else (each["team"] for each in slot["teams"])),
        bays=tuple(row["bays"] if used else (slot["bay"], *slot.get("beside", ()))),
        held_until=None if used else row["held_until"],
    )


async def taken_on(session: Reading, yard: str, *, day: Span) -> list[Taken]:
    """What is taken of a yard in an interval (UTC), and what was used."""
    rows = await session.execute(_TAKEN_ON, {"yard": yard, "first": day[0], "last": day[1]})
    return [Taken(row.resource, row.starts, row.ends) for row in rows]


async def lateness(session: Reading, yard: str, *, day: Span) -> Row:
    """How many slots begin in an interval (UTC), how many end late, and by how much.

    One that is completed ended when it was.
    """
    rows = await session.execute(_LATENESS, {"yard": yard, "first": day[0], "last": day[1]})
    return rows.mappings().one()


async def holds_over(session: Reading, *, now: datetime, limit: int) -> list[UUID]:
    """The holds that ran out by `now` (yard clock), oldest first."""
    table = store.bookings
    rows = await session.execute(
        select(table.c.id)
        .where(table.c.status == Status.HELD, table.c.held_until <= now)
        .order_by(table.c.held_until)
        .limit(limit)
    )
    return list(rows.scalars())


async def overrun(session: Reading, *, now: datetime) -> list[UUID]:
    """Open containers whose slot ended by `now` (yard clock), or that lack something."""
    rows = await session.execute(_OVERRUN, {"now": now})
    return list(rows.scalars())
