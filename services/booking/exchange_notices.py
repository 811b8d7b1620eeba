"""Which brokers were told of which offer of exchange, and what is still to be told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import store
from services.booking.domain.booking import Booking
from services.booking.exchanges import Exchange, exchange_of, statement
from services.booking.store import Reading
from shared.contracts.values import Slot
from shared.prepared import Row

_MOMENT = DateTime(timezone=True)
_MOVED = """
    (b.status <> 'confirmed' OR NOT b.wanted OR b.slot ->> 'yard' <> n.slot ->> 'yard'
     OR b.slot ->> 'starts' <> n.slot ->> 'starts')
"""
_DUE = statement(
    f"""
    SELECT x.id FROM exchanges x JOIN bookings b ON b.id = x.booking_id
     WHERE x.state = 'open'
       AND (x.told_at IS NULL OR b.status <> 'confirmed' OR NOT b.wanted OR b.slot <> x.slot
            OR CAST(x.slot ->> 'starts' AS timestamptz) < :soonest OR x.closes <= :soonest)
    UNION
    SELECT n.exchange_id
      FROM exchange_notices n
      JOIN exchanges x ON x.id = n.exchange_id
      JOIN bookings b ON b.id = n.booking_id
     WHERE n.over_at IS NULL AND (x.state <> 'open' OR {_MOVED})
     LIMIT :most
    """,  # noqa: S608 - constants of this file; values are bound
    soonest=_MOMENT, most=Integer(),
)  # fmt: skip
_LOCK = statement("SELECT * FROM exchanges WHERE id = :id FOR UPDATE SKIP LOCKED", id=Uuid())
_TOLD = statement("UPDATE exchanges SET told_at = :now WHERE id = :id", id=Uuid(), now=_MOMENT)
_SUITED = statement(
    """
    SELECT b.* FROM bookings b
     WHERE b.id <> :booking_id AND b.status = 'confirmed' AND b.wanted
       AND NOT EXISTS (SELECT FROM exchange_notices n
                        WHERE n.exchange_id = :exchange_id AND n.booking_id = b.id)
       AND CAST(b.slot ->> 'starts' AS timestamptz) >= greatest(:opens, :soonest)
       AND CAST(b.slot ->> 'starts' AS timestamptz) < :closes
       AND b.id = ANY (ARRAY(
           SELECT o.booking_id FROM occupancy o
            WHERE o.active AND o.during && tstzrange(greatest(:opens, :soonest), :closes)
              AND o.resource = ANY (ARRAY(
                  SELECT id FROM resources WHERE sort = 'bay' AND yard = ANY (:yards)))))
     ORDER BY b.asked_at, b.id LIMIT :most
    """,
    booking_id=Uuid(), exchange_id=Uuid(), opens=_MOMENT, soonest=_MOMENT, closes=_MOMENT,
    yards=ARRAY(Text), most=Integer(),
)  # fmt: skip
_ADD = statement(
    """
    INSERT INTO exchange_notices (exchange_id, booking_id, slot, told_at)
    VALUES (:exchange_id, :booking_id, :slot, :now)
    """,
    exchange_id=Uuid(), booking_id=Uuid(), slot=JSONB(), now=_MOMENT,
)  # fmt: skip
_STANDING = statement(
    f"""
    SELECT n.booking_id, {_MOVED} AS moved
      FROM exchange_notices n JOIN bookings b ON b.id = n.booking_id
     WHERE n.exchange_id = :id AND n.over_at IS NULL ORDER BY n.booking_id
    """,  # noqa: S608 - constants of this file; values are bound
    id=Uuid(),
)
_END = statement(
    """
    UPDATE exchange_notices SET over_at = :now
     WHERE exchange_id = :exchange_id AND booking_id = :booking_id
    """,
    exchange_id=Uuid(), booking_id=Uuid(), now=_MOMENT,
)  # fmt: skip
_CHANGED_AT = statement(
    """
    SELECT aggregate_id AS id, max(aggregate_version) AS version FROM outbox
     WHERE aggregate = 'booking' AND aggregate_id = ANY (:ids)
       AND envelope ->> 'type' NOT LIKE 'onestop.booking.exchange%'
     GROUP BY aggregate_id
    """,
    ids=ARRAY(Uuid),
)


async def due(session: Reading, *, soonest: datetime, most: int) -> list[UUID]:
    """The offers of which something is to be told: new ones, and ones that are over for somebody.

    None can be accepted any more whose slot, or stretch, is over by `soonest` (yard clock).
    """
    return [row["id"] for row in await _DUE.run(session, {"soonest": soonest, "most": most})]


async def lock(session: AsyncSession, exchange_id: UUID) -> tuple[Exchange, bool] | None:
    """An offer, and whether it was told of; None if another is about it."""
    rows = await _LOCK.run(session, {"id": exchange_id})
    return (exchange_of(rows[0]), rows[0]["told_at"] is not None) if rows else None


async def told(session: AsyncSession, exchange_id: UUID, *, now: datetime) -> None:
    """Whoever is told of an offer has been."""
    await _TOLD.run(session, {"id": exchange_id, "now": now})


async def suited(
    session: Reading, offered: Exchange, yards: Collection[str], *, soonest: datetime, most: int
) -> list[Booking]:
    """Agreed bookings of others whose slots in these yards are what is asked for, not told yet.

    Those whose requests were opened first.
    """
    asked = {
        "booking_id": offered.booking_id, "exchange_id": offered.id,
        "opens": offered.stretch.opens, "soonest": soonest, "closes": offered.stretch.closes,
        "yards": list(yards), "most": most,
    }  # fmt: skip
    return [store.booking_of(row) for row in await _SUITED.run(session, asked)]


async def add(
    session: AsyncSession, exchange_id: UUID, booking_id: UUID, slot: Slot, *, now: datetime
) -> None:
    """A booking's broker is told of an offer for its `slot`."""
    values = {"exchange_id": exchange_id, "booking_id": booking_id, "now": now}
    await _ADD.run(session, values | {"slot": slot.model_dump(mode="json")})


async def standing(session: Reading, exchange_id: UUID) -> Sequence[Row]:
    """The bookings that were told of an offer and not of its end; `moved`: none has that slot."""
    return await _STANDING.run(session, {"id": exchange_id})


async def end(session: AsyncSession, exchange_id: UUID, booking_id: UUID, *, now: datetime) -> None:
    """A booking's broker knows that an offer is over."""
    asked = {"exchange_id": exchange_id, "booking_id": booking_id, "now": now}
    await _END.run(session, asked)


async def only_told(session: Reading, since: Mapping[UUID, int]) -> set[UUID]:
    """The bookings that nothing has changed since these versions: brokers were told, no more."""
    rows = await _CHANGED_AT.run(session, {"ids": list(since)}) if since else []
    return {row["id"] for row in rows if row["version"] <= since[row["id"]]}
