"""Two bookings exchange their times and places: each has what it needs at the other one's start."""

from services.booking.domain import calendar as cal
from services.booking.domain import fit, offers
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import Calendar
from shared.contracts.values import Said, Slot

BY_CONSENT = Said(
    en="exchanged for another slot, as both brokers agreed",
    zh="双方企业同意互换时段",
)


def agreed(booking: Booking) -> Slot | None:
    """The slot that can be exchanged: one that is agreed and still wanted."""
    free = booking.status is Status.CONFIRMED and booking.wanted
    return booking.slot if free else None


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
