"""How a yard's board changes, by number, from what the outbox has.

What brokers are told of exchanges changes no board.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, bindparam, text

from services.booking.domain.stretch import used
from services.booking.store import Reading
from shared.contracts.values import Slot
from shared.prepared import Row, Statement

_CHANGES = Statement(
    text(
        """
        SELECT each.seq, each.aggregate_id, each.aggregate_version, each.envelope,
               before.envelope -> 'data' -> 'slot' AS before
          FROM outbox each
          LEFT JOIN outbox before
            ON before.aggregate = 'booking' AND before.aggregate_id = each.aggregate_id
           AND before.aggregate_version = each.aggregate_version - 1
         WHERE each.aggregate = 'booking' AND each.seq > :after AND each.seq <= :up_to
           AND each.envelope ->> 'type' NOT LIKE 'onestop.booking.exchange%'
           AND :yard IN (each.envelope -> 'data' -> 'slot' ->> 'yard',
                         before.envelope -> 'data' -> 'slot' ->> 'yard')
         ORDER BY each.seq
        """
    ).bindparams(
        bindparam("after", type_=BigInteger()),
        bindparam("up_to", type_=BigInteger()),
        bindparam("yard", type_=Text()),
    )
)


@dataclass(frozen=True)
class Changed:
    """A booking came to a yard's board, changed there, or left it (`slot` None).

    `previous` is where it stood on it before; `at` is wall time.
    """

    number: int
    booking_id: UUID
    filing_id: UUID
    version: int
    change: str
    at: datetime
    slot: Slot | None
    previous: Slot | None
    held_until: datetime | None


async def changes(session: Reading, yard: str, *, after: int, up_to: int) -> list[Changed]:
    """How a board changed after a number, up to another."""
    asked = {"yard": yard, "after": after, "up_to": up_to}
    rows: Sequence[Row] = await _CHANGES.run(session, asked)
    return [_changed(row, yard) for row in rows]


def _changed(row: Row, yard: str) -> Changed:
    envelope: dict[str, Any] = row["envelope"]
    data = envelope["data"]
    return Changed(
        number=row["seq"],
        booking_id=row["aggregate_id"],
        filing_id=UUID(data["filing_id"]),
        version=row["aggregate_version"],
        change=envelope["type"].split(".")[2],
        at=datetime.fromisoformat(envelope["time"]),
        slot=_now(data, row["before"], yard),
        previous=_here(row["before"], yard),
        held_until=_moment(data.get("held_until")),
    )


def _now(data: dict[str, Any], before: Any, yard: str) -> Slot | None:
    """Where it stands after an event; one that is completed stays where it was, till then."""
    ended = _moment(data.get("completed_at"))
    stood = None if ended is None else _here(before, yard)
    if stood is None or ended is None:
        return _here(data.get("slot"), yard)
    return used(stood, until=ended)


def _here(told: Any, yard: str) -> Slot | None:
    """A slot in this yard: what is booked elsewhere is no matter of this board."""
    return None if told is None or told["yard"] != yard else Slot.model_validate(told)


def _moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)
