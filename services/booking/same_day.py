"""How many slots of a day one broker has in a yard: what a quota for the day itself counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, bindparam, text

from services.booking.domain.resources import Span
from services.booking.store import Reading
from shared.prepared import Statement

_MANY = Statement(
    text(
        """
        SELECT count(*) AS many FROM bookings
         WHERE broker = :broker AND id <> :apart
           AND (status IN ('confirmed', 'started', 'completed')
                OR (status = 'held' AND held_until > :now))
           AND slot ->> 'yard' = :yard
           AND CAST(slot ->> 'starts' AS timestamptz) >= :first
           AND CAST(slot ->> 'starts' AS timestamptz) < :last
        """
    ).bindparams(
        bindparam("broker", type_=Text()),
        bindparam("apart", type_=Uuid()),
        bindparam("yard", type_=Text()),
        *(bindparam(name, type_=DateTime(timezone=True)) for name in ("now", "first", "last")),
    )
)


async def slots(
    session: Reading, broker: str, yard: str, *, day: Span, now: datetime, apart: UUID
) -> int:
    """The broker's other slots that begin in a day (UTC) in a yard, holds that ran out aside."""
    asked = {"broker": broker, "yard": yard, "first": day[0], "last": day[1], "now": now}
    rows = await _MANY.run(session, {**asked, "apart": apart})
    return int(rows[0]["many"])
