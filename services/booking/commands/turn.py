"""What every command gets from outside, and how each of them writes down what it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import store
from services.booking.domain.acts import Change
from services.booking.domain.booking import Booking
from services.booking.domain.prices import FREE, Prices
from services.booking.domain.refusals import NoYardYet, YardNotFound
from services.booking.domain.yard import Yard, serving
from services.booking.live import Live
from shared.contracts.values import SlotWish
from shared.ids import Ids
from shared.messaging import outbox

SOURCE = "booking"


@dataclass(frozen=True)
class Fair:
    """What one broker may hold at a time, and give up within `span` before it holds no more.

    A slot that was held and not confirmed is given up too.
    """

    holds: int = 50
    cancels: int = 200
    span: timedelta = timedelta(days=7)


@dataclass(frozen=True)
class Terms:
    """How long a hold lasts (yard time), how soon slots are offered, how far ahead.

    `offer`: how long a slot is set aside that somebody in line is offered.
    """

    hold: timedelta
    lead: timedelta
    horizon_days: int
    offer: timedelta = timedelta(minutes=30)
    fair: Fair = Fair()


@dataclass(frozen=True)
class Turn:
    """One turn at the desk: `now` is yard time and `wall` wall time, both UTC.

    `prices` are what scarce resources are worth; `live` knows what is taken, if it is kept.
    """

    now: datetime
    wall: datetime
    ids: Ids
    yards: Mapping[str, Yard]
    terms: Terms
    prices: Prices = FREE
    live: Live | None = None

    def yard(self, code: str) -> Yard:
        """The yard of that code. Raises YardNotFound."""
        found = self.yards.get(code)
        if found is None:
            raise YardNotFound(yard=code)
        return found

    def serving(self, wish: SlotWish, *, terminal: str) -> list[Yard]:
        """The wished yard alone, else those that serve the terminal; the home yard is the first.

        Raises NoYardYet.
        """
        if not self.yards:
            raise NoYardYet()
        if wish.yard is not None and wish.yard in self.yards:
            return [self.yards[wish.yard]]
        return serving(self.yards.values(), terminal=terminal, now=self.now)


async def record(
    session: AsyncSession, before: Booking | None, change: Change, *, turn: Turn
) -> Booking:
    """Save a change and its events; `before` is None for a new booking. Raises StaleVersion."""
    after = change.after
    told = outbox.rows(
        change.events, version=after.version, source=SOURCE, ids=turn.ids, now=turn.wall
    )
    if before is not None and after != before:
        await store.save(session, after, expected=before.version, now=turn.wall, told=told)
        return after
    if before is None:
        await store.add(session, after, now=turn.wall)
    await outbox.append_rows(session, told)
    return after
