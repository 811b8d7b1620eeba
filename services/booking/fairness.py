"""What brokers may have and give up, and how each of them fares."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking.store import Reading
from shared.prepared import Row, Statement

_LOCK = Statement(
    text("SELECT pg_advisory_xact_lock(hashtext('booking.broker'), hashtext(:broker))").bindparams(
        bindparam("broker", type_=Text())
    )
)
_HOLDS = Statement(
    text(
        """
        SELECT count(*) AS many FROM bookings
         WHERE broker = :broker AND status = 'held' AND held_until > :now AND id <> :apart
        """
    ).bindparams(
        bindparam("broker", type_=Text()),
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("apart", type_=Uuid()),
    )
)
_GIVEN_UP = Statement(
    text(
        """
        SELECT at FROM given_up
         WHERE broker = :broker AND act IN ('cancelled', 'lapsed') AND at > :since
         ORDER BY at DESC OFFSET :most LIMIT 1
        """
    ).bindparams(
        bindparam("broker", type_=Text()),
        bindparam("since", type_=DateTime(timezone=True)),
        bindparam("most", type_=Integer()),
    )
)
_ZONE = Statement(
    text("SELECT FROM pg_timezone_names WHERE name = :name").bindparams(
        bindparam("name", type_=Text())
    )
)
_ADD = Statement(
    text(
        "INSERT INTO given_up (broker, booking_id, act, at) VALUES (:broker, :id, :act, :at)"
    ).bindparams(
        bindparam("broker", type_=Text()),
        bindparam("id", type_=Uuid()),
        bindparam("act", type_=Text()),
        bindparam("at", type_=DateTime(timezone=True)),
    )
)
_REPORT = text(
    """
    WITH asked AS (
        SELECT id, broker, status, window_opens, free_until, asked_at, yard, bay_kind,
               CASE WHEN status IN ('confirmed', 'started', 'completed')
                    THEN CAST(slot ->> 'starts' AS timestamptz) END AS starts,
               CASE WHEN status IN ('confirmed', 'started', 'completed')
                    THEN CAST(slot ->> 'ends' AS timestamptz) END AS ends,
               wanted
          FROM bookings
         WHERE window_opens >= :first AND window_opens < :last
           AND (CAST(:broker AS text) IS NULL OR broker = :broker)
           AND (CAST(:yard AS text) IS NULL OR yard = :yard)),
    gone AS (
        SELECT g.broker, count(*) FILTER (WHERE g.act = 'cancelled') AS cancelled,
               count(*) FILTER (WHERE g.act = 'lapsed') AS unconfirmed,
               count(*) FILTER (WHERE g.act = 'missed') AS missed
          FROM given_up g JOIN bookings b ON b.id = g.booking_id
         WHERE b.window_opens >= :first AND b.window_opens < :last
           AND (CAST(:yard AS text) IS NULL OR b.yard = :yard)
         GROUP BY g.broker),
    days AS (
        SELECT broker, max(many) AS most FROM (
            SELECT a.broker, count(*) AS many
              FROM asked a JOIN bookings b ON b.id = a.id
              JOIN yards y ON y.code = b.slot ->> 'yard'
             WHERE a.starts IS NOT NULL
             GROUP BY a.broker, y.code, CAST(a.starts AT TIME ZONE y.time_zone AS date)) each
         GROUP BY broker),
    line AS (
        SELECT a.broker, count(*) FILTER (WHERE w.state = 'waiting') AS waiting,
               count(*) FILTER (WHERE w.state IN ('offered', 'lapsed')) AS offered,
               count(*) FILTER (WHERE w.state = 'lapsed') AS lapsed
          FROM waits w JOIN asked a ON a.id = w.booking_id
         GROUP BY a.broker)
    SELECT a.broker, count(*) AS requests, count(a.starts) AS agreed,
           count(*) FILTER (WHERE a.starts IS NULL AND a.wanted) AS without_slot,
           CAST(coalesce(percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM a.starts - a.window_opens) / 60), 0) AS int)
               AS median_wait_minutes,
           CAST(coalesce(percentile_cont(0.9) WITHIN GROUP (
               ORDER BY extract(epoch FROM a.starts - a.window_opens) / 60), 0) AS int)
               AS ninth_wait_minutes,
           count(*) FILTER (WHERE a.ends > a.free_until) AS late,
           coalesce(max(g.cancelled), 0) AS cancelled, coalesce(max(g.missed), 0) AS missed,
           coalesce(max(g.unconfirmed), 0) AS unconfirmed,
           coalesce(max(d.most), 0) AS most_in_a_day, coalesce(max(l.waiting), 0) AS waiting,
           coalesce(max(l.offered), 0) AS offered, coalesce(max(l.lapsed), 0) AS lapsed,
           count(*) FILTER (WHERE a.starts IS NULL AND a.wanted AND EXISTS (
               SELECT FROM bookings later
                WHERE later.yard = a.yard AND later.bay_kind = a.bay_kind
                  AND later.asked_at > a.asked_at AND later.status = 'confirmed'
                  AND CAST(later.slot ->> 'starts' AS timestamptz) >= a.window_opens))
               AS overtaken
      FROM asked a
      LEFT JOIN gone g ON g.broker = a.broker
      LEFT JOIN days d ON d.broker = a.broker
      LEFT JOIN line l ON l.broker = a.broker
     GROUP BY a.broker ORDER BY a.broker
    """
)


async def lock(session: AsyncSession, broker: str) -> None:
    """One after the other for each broker, so that what it has is counted exactly."""
    await _LOCK.run(session, {"broker": broker})


async def holds(session: AsyncSession, broker: str, *, now: datetime, apart: UUID) -> int:
    """How many other slots a broker holds."""
    rows = await _HOLDS.run(session, {"broker": broker, "now": now, "apart": apart})
    return int(rows[0]["many"])


async def over(
    session: AsyncSession, broker: str, *, since: datetime, most: int
) -> datetime | None:
    """When the broker gave up the slot that fills its allowance, if it gave up so many since.

    A hold that ran out counts too.
    """
    rows = await _GIVEN_UP.run(session, {"broker": broker, "since": since, "most": most - 1})
    found: datetime | None = rows[0]["at"] if rows else None
    return found


async def gave_up(
    session: AsyncSession, broker: str, booking_id: UUID, *, act: str, at: datetime
) -> None:
    """Note that a slot was given up."""
    await _ADD.run(session, {"broker": broker, "id": booking_id, "act": act, "at": at})


async def report(
    session: Reading, *, first: datetime, last: datetime, broker: str | None, yard: str | None
) -> Sequence[Row]:
    """How each broker fared whose cargo was available from `first` to `last`."""
    asked: dict[str, Any] = {"first": first, "last": last, "broker": broker, "yard": yard}
    return (await session.execute(_REPORT, asked)).mappings().all()


async def knows_zone(session: Reading, name: str) -> bool:
    """Does the database know a time zone? The report counts by a yard's local days."""
    return bool(await _ZONE.run(session, {"name": name}))
