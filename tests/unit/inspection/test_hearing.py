"""What the events of a booking mean for a case that has moved on in the meantime."""

from datetime import timedelta

from services.inspection.domain import hearing, waiting
from services.inspection.domain.case import Case
from shared.contracts import booking, derived
from tests import factories
from tests.factories import NOW
from tests.unit.inspection import builders as b

OF_BOOKING = {
    "filing_id": b.FILING,
    "booking_id": derived.booking_id(b.REQUIREMENT),
    "requirement_id": b.REQUIREMENT,
    "revision": 1,
}


def hears(case: Case, event: booking.BookingEvent) -> Case:
    """The case after an event that means something to it."""
    return b.kept(hearing.OF_BOOKING[type(event)](case, event, b.at(400)))


def test_a_slot_exchanged_before_the_opening_was_heard_is_lost_when_another_is_wanted() -> None:
    """The open container's booking had to give way, since booking heard of the opening late."""
    alone = b.concluded(b.opened("customs"), b.CUSTOMS).case
    closed = b.kept(waiting.lapse(alone, now=b.at(300)))
    later = b.slot(NOW + timedelta(hours=9))
    exchanged = booking.BookingRescheduled(
        **OF_BOOKING, slot=later, previous=b.slot(), reason=factories.said("gave way")
    )
    wanted = booking.BookingRequested(**OF_BOOKING, window_opens=NOW, free_until=NOW)
    case = hears(closed, exchanged)
    assert case.slot == later
    assert hears(case, wanted).slot is None
