"""A yard as a booking sees it: what is free there, within which bounds, and what that costs."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.booking import occupancy, same_day
from services.booking.commands.turn import Turn
from services.booking.domain import calendar as cal
from services.booking.domain import offers, weights
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import DAY, Calendar
from services.booking.domain.offers import Bounds, Load, Offer
from services.booking.domain.parts import Want
from services.booking.domain.resources import Span
from services.booking.domain.yard import Yard
from services.booking.store import Reading


@dataclass(frozen=True)
class Sight:
    """A yard's free time as a booking sees it."""

    calendar: Calendar
    want: Want
    bounds: Bounds
    load: Load
    quota: Span | None = None
    """From when to when the broker has as many slots of the day as it may, if it has."""

    @property
    def yard(self) -> Yard:
        """The yard."""
        return self.calendar.yard

    def cheapest(self, limit: int) -> tuple[Offer, ...]:
        """What is offered and what is booked unasked: the slots that cost least."""
        return offers.cheapest(self.calendar, self.want, self.bounds, load=self.load, limit=limit)


async def see(
    session: Reading,
    booking: Booking,
    yard: Yard,
    *,
    turn: Turn,
    after: datetime | None = None,
    latest: datetime | None = None,
    fair: bool = False,
) -> Sight:
    """The yard from `after` on, if told; its slots end by `latest`. The booking's own is free.

    `fair`: not before the broker may have another slot.
    """
    first = earliest(booking, yard, turn=turn, after=after)
    calendar = await calendar_of(session, yard, first=first, turn=turn, without=[booking.id])
    seen = over(calendar, booking, turn=turn, after=after, latest=latest)
    until = await quota_until(session, booking, yard, turn=turn) if fair else None
    if until is None or until <= first:
        return seen
    return replace(seen, bounds=replace(seen.bounds, earliest=until), quota=(first, until))


async def quota_until(
    session: Reading, booking: Booking, yard: Yard, *, turn: Turn
) -> datetime | None:
    """When the day ends of which the broker has as many slots as it may; None if it has less."""
    today = yard.local_day(turn.now)
    quota = yard.on(today).same_day_quota
    if quota is None:
        return None
    day = yard.day(today)
    many = await same_day.slots(
        session, booking.broker, yard.code, day=day, now=turn.now, apart=booking.id
    )
    return day[1] if many >= quota else None


def over(
    calendar: Calendar,
    booking: Booking,
    *,
    turn: Turn,
    after: datetime | None = None,
    latest: datetime | None = None,
) -> Sight:
    """What a booking sees of a calendar of its own."""
    first = earliest(booking, calendar.yard, turn=turn, after=after)
    end = max(turn.now, first) + turn.terms.horizon_days * DAY
    return Sight(
        calendar=calendar,
        want=booking.want,
        bounds=Bounds(first, latest, end=end),
        load=load_of(booking, calendar.yard, turn=turn),
    )


def earliest(
    booking: Booking, yard: Yard, *, turn: Turn, after: datetime | None = None
) -> datetime:
    """From when slots of a yard are offered: not before window, wish and `after`, nor too soon."""
    wishes = (booking.window_in(yard).opens, booking.wish.earliest, after)
    return max(turn.now + turn.terms.lead, *(wish for wish in wishes if wish is not None))


async def calendar_of(
    session: Reading,
    yard: Yard,
    *,
    first: datetime,
    turn: Turn,
    without: Collection[UUID] = (),
    started_only: bool = False,
) -> Calendar:
    """The yard's calendar from `first` to the horizon; the bookings in `without` take nothing."""
    if turn.live is not None and not started_only:
        found = await turn.live.calendar(session, yard, first=first, now=turn.now, without=without)
        if found is not None:
            return found
    days = turn.terms.horizon_days
    taken = await occupancy.taken(
        session,
        yard.code,
        first=first - cal.DAY,
        last=first + (days + 1) * cal.DAY,
        now=turn.now,
        without=without,
        started_only=started_only,
    )
    return cal.calendar(yard, first=first, days=days, taken=taken)


def load_of(booking: Booking, yard: Yard, *, turn: Turn) -> Load:
    """The cargo of a booking as prices see it in a yard.

    The way there costs what the yard says; if it says nothing, what the weights say for another
    than the home yard.
    """
    cargo, held = booking.cargo, weights.at(yard.local_day(turn.now))
    fee = None if cargo is None else yard.at(turn.now).from_terminal(cargo.terminal).cny
    another = held.move if yard.code != booking.yard else Decimal(0)
    return Load(
        window=booking.window_in(yard),
        weights=held,
        teu=Decimal(1) if cargo is None else cargo.teu,
        perishable=cargo is not None and cargo.perishable_until is not None,
        move=another if fee is None else fee,
        prices=turn.prices,
    )
