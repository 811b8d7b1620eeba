"""Who is in line for a slot: requests whose brokers wished for the best one at once, and requests
that wait for a stretch of time. One line for both: who asked first is first.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from services.booking.store import Reading
from shared.contracts.values import BayKind
from shared.prepared import Row, Statement


class State(StrEnum):
    """What became of a wait."""

    WAITING = "waiting"
    OFFERED = "offered"
    LAPSED = "lapsed"
    LEFT = "left"


@dataclass(frozen=True)
class Freed:
    """What fell free in a yard: goods of which kinds it could serve, and when (UTC)."""

    yard: str
    kinds: tuple[BayKind, ...]
    starts: datetime
    ends: datetime


_KINDS: dict[str, TypeEngine[Any]] = {
    "booking_id": Uuid(),
    "first": DateTime(timezone=True),
    "last": DateTime(timezone=True),
    "yards": ARRAY(Text),
    "now": DateTime(timezone=True),
    "was": Text(),
    "becomes": Text(),
    "limit": Integer(),
    "yard": Text(),
    "kinds": ARRAY(Text),
    "starts": DateTime(timezone=True),
    "ends": DateTime(timezone=True),
}


def _statement(sql: str) -> Statement:
    kinds = {name: kind for name, kind in _KINDS.items() if re.search(rf":{name}\b", sql)}
    return Statement(text(sql).bindparams(*(bindparam(n, type_=k) for n, k in kinds.items())))


_JOIN = _statement(
    """
    INSERT INTO waits (booking_id, opens, closes, yards, since, state, changed_at)
    VALUES (:booking_id, :first, :last, :yards, :now, 'waiting', :now)
    ON CONFLICT (booking_id) WHERE state = 'waiting'
    DO UPDATE SET opens = :first, closes = :last, yards = :yards, changed_at = :now
    """
)
_MOVE = _statement(
    """
    UPDATE waits SET state = :becomes, changed_at = :now
     WHERE id = (SELECT max(id) FROM waits WHERE booking_id = :booking_id) AND state = :was
       AND NOT over
    RETURNING id
    """
)
_LEAVE = _statement(
    """
    UPDATE waits SET state = CASE state WHEN 'waiting' THEN 'left' ELSE state END, ended = true,
           changed_at = :now
     WHERE id = (SELECT max(id) FROM waits WHERE booking_id = :booking_id) AND NOT over
       AND state IN ('waiting', 'offered')
    """
)
_TAKEN_BACK = _statement(
    """
    UPDATE waits SET state = CASE WHEN ended THEN 'left' ELSE 'waiting' END, changed_at = :now
     WHERE id = (SELECT max(id) FROM waits WHERE booking_id = :booking_id) AND NOT over
       AND state = 'offered'
    """
)
_CHOSEN = _statement(
    """
    UPDATE waits SET over = true
     WHERE id = (SELECT max(id) FROM waits WHERE booking_id = :booking_id) AND state = 'offered'
       AND NOT over
    """
)
_OF = _statement("SELECT * FROM waits WHERE booking_id = :booking_id ORDER BY id DESC LIMIT 1")
_SEEKERS = """
    SELECT b.id, b.asked_at, b.yard, b.bay_kind, b.window_opens AS opens,
           'infinity'::timestamptz AS closes, '{}'::text[] AS yards
      FROM bookings b
     WHERE b.auto_confirm AND b.wanted
       AND b.status IN ('requested', 'expired', 'missed', 'cancelled')
    UNION
    SELECT b.id, b.asked_at, b.yard, b.bay_kind, w.opens, w.closes, w.yards
      FROM waits w JOIN bookings b ON b.id = w.booking_id
     WHERE w.state = 'waiting' AND w.closes > :now AND NOT b.auto_confirm AND b.wanted
       AND b.status IN ('requested', 'expired', 'missed', 'cancelled')
"""
_LINE = _statement(
    f"SELECT id FROM ({_SEEKERS}) seekers ORDER BY asked_at, id"  # noqa: S608 - a constant of this file
)
_NEXT = _statement(
    f"""
    SELECT id FROM ({_SEEKERS}) seekers
     WHERE (yard = :yard OR :yard = ANY (yards)) AND bay_kind = ANY (:kinds)
       AND opens < :ends AND closes > :starts
     ORDER BY asked_at, id LIMIT :limit
    """  # noqa: S608 - a constant of this file; values are bound
)
_PLACE = _statement(
    f"""
    SELECT count(*) AS place FROM ({_SEEKERS}) seekers, bookings b
     WHERE b.id = :booking_id AND seekers.yard = b.yard AND seekers.bay_kind = b.bay_kind
       AND (seekers.asked_at, seekers.id) <= (b.asked_at, b.id)
    """  # noqa: S608 - a constant of this file; values are bound
)


async def join(
    session: AsyncSession,
    booking_id: UUID,
    *,
    first: datetime,
    last: datetime,
    yards: Collection[str],
    now: datetime,
) -> None:
    """Let a request wait for a slot in a stretch (yard clock); its wait before is changed."""
    values = {"first": first, "last": last, "yards": list(yards), "now": now}
    await _JOIN.run(session, {"booking_id": booking_id, **values})


async def move(
    session: AsyncSession, booking_id: UUID, was: State, becomes: State, *, now: datetime
) -> bool:
    """Let a request's last wait become something else if it stands so; did it? Yard clock."""
    asked = {"booking_id": booking_id, "was": was.value, "becomes": becomes.value, "now": now}
    return bool(await _MOVE.run(session, asked))


async def leave(session: AsyncSession, booking_id: UUID, *, now: datetime) -> None:
    """Let a request wait no more, also where what it was offered is taken back. Yard clock."""
    await _LEAVE.run(session, {"booking_id": booking_id, "now": now})


async def taken_back(session: AsyncSession, booking_id: UUID, *, now: datetime) -> None:
    """Let a request whose offer is taken back wait again, unless it left. Yard clock."""
    await _TAKEN_BACK.run(session, {"booking_id": booking_id, "now": now})


async def chosen(session: AsyncSession, booking_id: UUID) -> None:
    """A slot was chosen by hand: what becomes of it says nothing of an offer made before."""
    await _CHOSEN.run(session, {"booking_id": booking_id})


async def wait_of(session: Reading, booking_id: UUID) -> Row | None:
    """A request's last wait, whatever became of it."""
    rows = await _OF.run(session, {"booking_id": booking_id})
    return rows[0] if rows else None


async def everybody(session: Reading, *, now: datetime) -> list[UUID]:
    """Who is in line, the first one first."""
    return [row["id"] for row in await _LINE.run(session, {"now": now})]


async def for_what(session: Reading, freed: Freed, *, now: datetime, limit: int) -> list[UUID]:
    """The first in line whom what fell free may serve."""
    asked = {**vars(freed), "kinds": [each.value for each in freed.kinds]}
    rows = await _NEXT.run(session, {**asked, "now": now, "limit": limit})
    return [row["id"] for row in rows]


async def place(session: Reading, booking_id: UUID, *, now: datetime) -> int:
    """How many are in line for the same yard and kind up to this one."""
    rows = await _PLACE.run(session, {"booking_id": booking_id, "now": now})
    return int(rows[0]["place"])
