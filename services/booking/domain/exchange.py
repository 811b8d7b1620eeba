"""Two bookings exchange their times and places: each has what it needs at the other one's start."""

from uuid import UUID

from services.booking.domain import acts, fit, offers
from services.booking.domain import calendar as cal
from services.booking.domain.acts import Change
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import Calendar
from shared.contracts import booking as told
from shared.contracts.values import Said, Slot

CHANGED = Said(
    en="the slot that was offered is not the same any more",
    zh="所提供互换的时段已变更",
)
TOO_LATE = Said(
    en="the slot that was offered begins too soon, or the time that was asked for is over",
    zh="所提供互换的时段即将开始，或所求的时间已过",
)
NOT_OFFERED = Said(
    en="another has accepted it, or it is not offered any more",
    zh="已被他人接受，或不再提供",
)
NOT_THERE = Said(
    en="your own slot is not the one any more that it was offered for",
    zh="贵方时段已变更，该提议不再适用",
)
BY_CONSENT = Said(
    en="exchanged for another slot, as both brokers agreed",
    zh="双方企业同意互换时段",
)


def agreed(booking: Booking) -> Slot | None:
    """The slot that can be exchanged: one that is agreed and still wanted."""
    free = booking.status is Status.CONFIRMED and booking.wanted
    return booking.slot if free else None


def offered(booking: Booking, *, exchange_id: UUID, instead: Slot) -> Change:
    """The broker is told that another offers its slot for this booking's. Nothing else changes."""
    facts = {**acts.ids(booking), "exchange_id": exchange_id, "slot": booking.taking}
    return acts.done(booking, told.BookingExchangeOffered(**facts, instead=instead))


def over(booking: Booking, *, exchange_id: UUID, own: bool, reason: Said) -> Change:
    """The broker is told that an offer is over. Nothing else changes."""
    facts = {**acts.ids(booking), "exchange_id": exchange_id, "slot": booking.taking}
    return acts.done(booking, told.BookingExchangeEnded(**facts, own=own, reason=reason))


def exchanged(
    there: Calendar, here: Calendar, one: Booking, other: Booking
) -> tuple[Slot, Slot] | None:
    """What `one` gets at the other's start and the other at its own, or None if either gets none.

    `there` is the calendar of the other's yard, `here` that of the one's own; both know neither
    booking, and are the same for the same yard.
    """
    mine, theirs = one.slot, other.slot
    if mine is None or theirs is None or mine.starts == theirs.starts:
        return None
    first = _then(there, one, theirs)
    if first is None:
        return None
    same = here.yard.code == there.yard.code
    rest = cal.taking(here, fit.taken(there.yard, first)) if same else here
    second = _then(rest, other, mine)
    return None if second is None else (first, second)


def _then(calendar: Calendar, booking: Booking, slot: Slot) -> Slot | None:
    """A slot for the booking at another's start, with whom of that one's can serve it."""
    if slot.starts < booking.window_in(calendar.yard).opens:
        return None
    theirs = frozenset(each.id for each in fit.resources(calendar.yard, slot))
    found = offers.best(calendar, booking.want, earliest=slot.starts, prefer=theirs)
    return found if found is not None and found.starts == slot.starts else None
