"""Reading along: how a yard's board changes, by number, from what the outbox has.

A number is given while an event is written, but seen once that is committed: a lower one may come
later. So each process keeps up to which number the outbox is settled: whatever is not there below
it never will be. Where no number is missing that is the highest one. Else it is the highest of a
look at the database, once all transactions are over that could have written then.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, bindparam, text

from services.booking.domain.stretch import used
from services.booking.store import Reading
from shared.contracts.values import Slot
from shared.prepared import Row, Statement

AT_ONCE = 1_000
"""Numbers that one look goes through."""

_LOOK = Statement(
    text(
        """
        SELECT coalesce(max(seq), :since) AS highest, count(*) AS many,
               CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS oldest,
               CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) AS next
          FROM outbox WHERE seq > :since
        """
    ).bindparams(bindparam("since", type_=BigInteger()))
)
_HIGHEST = Statement(text("SELECT coalesce(max(seq), 0) AS highest FROM outbox"))
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


@dataclass(frozen=True)
class Look:
    """What the outbox has after the settled number: the highest, and how many there are.

    Transactions below `oldest` are over; none from `next` on had begun to write.
    """

    highest: int
    many: int
    oldest: int
    next: int


class Settled:
    """Up to which number nothing is to come any more; None before that is known."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._highest: int | None = None
        self._begun: int | None = None

    @property
    def since(self) -> int:
        """The number from which the next look counts; 0: from the first."""
        return self.number or self._highest or 0

    def take(self, look: Look) -> None:
        """Learn from a look.

        Whoever took a number before one look had begun to write at the next: it takes a number
        and its transaction's in one statement.
        """
        if self.number is not None and look.many == look.highest - self.number:
            self.number, self._highest, self._begun = look.highest, None, None
        elif self._highest is None:
            self._highest = look.highest
        elif self._begun is None:
            self._begun = look.next
        elif look.oldest >= self._begun:
            self.number, self._highest, self._begun = self._highest, None, None


class Watch:
    """One for a process: its readers, and how far they may read."""

    def __init__(self) -> None:
        self.readers: Counter[str] = Counter()
        self._settled = Settled()
        self._moved = asyncio.Event()
        self._wanted = asyncio.Event()

    def enter(self, who: str) -> None:
        """Somebody reads. The first after a time without readers learns anew what is settled."""
        if not self.readers:
            self._settled = Settled()
        self.readers[who] += 1
        self._wanted.set()

    def leave(self, who: str) -> None:
        """Somebody reads no more."""
        self.readers -= Counter((who,))
        if not self.readers:
            self._wanted.clear()

    async def wanted(self) -> None:
        """Wait until somebody reads."""
        await self._wanted.wait()

    async def look(self, session: Reading) -> None:
        """See how far the outbox is settled, and tell the readers."""
        (row,) = await _LOOK.run(session, {"since": self._settled.since})
        before = self._settled.number
        self._settled.take(Look(row["highest"], row["many"], row["oldest"], row["next"]))
        if self._settled.number != before:
            self._moved.set()
            self._moved = asyncio.Event()

    async def beyond(self, number: int, *, seconds: float) -> int | None:
        """A settled number above this one, for which is waited for so long; else None."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (known := self._settled.number) is None or known <= number:
                    await self._moved.wait()
                return known
        return None


async def highest(session: Reading) -> int:
    """The highest number that there is; 0 if there is none."""
    rows = await _HIGHEST.run(session)
    return int(rows[0]["highest"])


async def changes(
    session: Reading, yard: str, *, after: int, up_to: int
) -> tuple[list[Changed], int]:
    """How a board changed after a number, up to another or so far as one look goes; and how far."""
    last = min(up_to, after + AT_ONCE)
    rows: Sequence[Row] = await _CHANGES.run(session, {"yard": yard, "after": after, "up_to": last})
    return [_changed(row, yard) for row in rows], last


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
