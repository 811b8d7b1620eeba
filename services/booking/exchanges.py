"""What brokers offer for exchange, between rows and values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking.domain.booking import Booking
from services.booking.domain.wished import Stretch
from services.booking.store import Reading
from shared.contracts.values import Slot
from shared.prepared import Row, Statement

AT_ONCE = 20
"""Offers that are read at a time."""


class State(StrEnum):
    """What became of an offer; an open one is withdrawn once its booking has another slot."""

    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Exchange:
    """An offer: `slot` for any one within the stretch."""

    id: UUID
    booking_id: UUID
    slot: Slot
    stretch: Stretch
    since: datetime
    state: State
    taken_by: UUID | None = None


def statement(sql: str, **kinds: Any) -> Statement:
    return Statement(text(sql).bindparams(*(bindparam(n, type_=k) for n, k in kinds.items())))


_MOMENT = DateTime(timezone=True)
_ADD = statement(
    """
    INSERT INTO exchanges (id, booking_id, slot, opens, closes, yards, since, state, changed_at)
    VALUES (:id, :booking_id, :slot, :opens, :closes, :yards, :now, 'open', :now) RETURNING *
    """,
    id=Uuid(), booking_id=Uuid(), slot=JSONB(), opens=_MOMENT, closes=_MOMENT, yards=ARRAY(Text),
    now=_MOMENT,
)  # fmt: skip
_WITHDRAW = statement(
    """
    UPDATE exchanges SET state = 'withdrawn', changed_at = :now
     WHERE booking_id = :booking_id AND state = 'open' RETURNING *
    """,
    booking_id=Uuid(), now=_MOMENT,
)  # fmt: skip
_TAKE = statement(
    """
    UPDATE exchanges SET state = 'taken', taken_by = :by, changed_at = :now
     WHERE id = :id AND state = 'open' RETURNING id
    """,
    id=Uuid(), by=Uuid(), now=_MOMENT,
)  # fmt: skip
_LAST = statement(
    "SELECT * FROM exchanges WHERE booking_id = :booking_id ORDER BY since DESC, id DESC LIMIT 1",
    booking_id=Uuid(),
)
_FIND = statement("SELECT * FROM exchanges WHERE id = :id", id=Uuid())
_OPEN = statement(
    """
    SELECT x.* FROM exchanges x JOIN bookings b ON b.id = x.booking_id
     WHERE x.state = 'open' AND x.booking_id <> :booking_id
       AND b.status = 'confirmed' AND b.wanted AND b.slot = x.slot
       AND CAST(x.slot ->> 'starts' AS timestamptz) >= :soonest
       AND x.opens <= :starts AND x.closes > :starts
       AND (CAST(:since AS timestamptz) IS NULL OR (x.since, x.id) > (:since, :last))
     ORDER BY x.since, x.id LIMIT :most
    """,
    booking_id=Uuid(), soonest=_MOMENT, starts=_MOMENT, since=_MOMENT, last=Uuid(), most=Integer(),
)  # fmt: skip


async def offer(
    session: AsyncSession,
    exchange_id: UUID,
    booking: Booking,
    slot: Slot,
    stretch: Stretch,
    *,
    now: datetime,
) -> Exchange:
    """Offer a booking's slot, instead of what it may have been offered for before."""
    await _WITHDRAW.run(session, {"booking_id": booking.id, "now": now})
    values = {
        **vars(stretch), "id": exchange_id, "booking_id": booking.id, "now": now,
        "yards": list(stretch.yards), "slot": slot.model_dump(mode="json"),
    }  # fmt: skip
    return exchange_of((await _ADD.run(session, values))[0])


async def withdraw(session: AsyncSession, booking_id: UUID, *, now: datetime) -> Exchange | None:
    """Offer it no more; None if it is not offered."""
    return _one(await _WITHDRAW.run(session, {"booking_id": booking_id, "now": now}))


async def take(session: AsyncSession, exchange_id: UUID, *, by: UUID, now: datetime) -> bool:
    """It is taken by a booking; False if it is open no more. Others wait for who was first."""
    return bool(await _TAKE.run(session, {"id": exchange_id, "by": by, "now": now}))


async def find(session: Reading, exchange_id: UUID) -> Exchange | None:
    """An offer, whatever became of it."""
    return _one(await _FIND.run(session, {"id": exchange_id}))


async def last_of(session: Reading, booking_id: UUID) -> Exchange | None:
    """What a booking was last offered for."""
    return _one(await _LAST.run(session, {"booking_id": booking_id}))


async def open_for(
    session: Reading, booking_id: UUID, slot: Slot, *, soonest: datetime, after: Exchange | None
) -> list[Exchange]:
    """Others' offers in whose stretch a booking's slot begins; theirs begin not before `soonest`.

    Of those that were made after `after` the first ones.
    """
    asked = {
        "booking_id": booking_id, "soonest": soonest, "starts": slot.starts,
        "since": after.since if after else None, "last": after.id if after else None,
        "most": AT_ONCE,
    }  # fmt: skip
    return [exchange_of(row) for row in await _OPEN.run(session, asked)]


def _one(rows: Sequence[Row]) -> Exchange | None:
    return exchange_of(rows[0]) if rows else None


def exchange_of(row: Mapping[Any, Any]) -> Exchange:
    return Exchange(
        id=row["id"],
        booking_id=row["booking_id"],
        slot=Slot.model_validate(row["slot"]),
        stretch=Stretch(row["opens"], row["closes"], tuple(row["yards"])),
        since=row["since"],
        state=State(row["state"]),
        taken_by=row["taken_by"],
    )
