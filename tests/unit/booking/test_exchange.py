"""Two bookings exchange their times: each must be served at the other's start."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.booking.domain import acts, exchange, fit, offers
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.wished import Stretch
from shared.contracts.values import BayKind
from tests.unit.booking import made
from tests.unit.booking.made import need

HOUR = timedelta(hours=1)
EVENING = made.OPENS + 10 * HOUR
COLD: dict[str, Any] = {"bay_kind": BayKind.REEFER}


def _booked(serial: int, starts: datetime, *needs: Any, **changes: Any) -> Booking:
    fresh = acts.opened(made.determined(serial, *needs, **changes), yard=made.yard(), now=starts)
    slot = offers.best(made.calendar(), fresh.after.want, earliest=starts)
    return replace(fresh.after, status=Status.CONFIRMED, slot=slot)


def _exchanged(one: Booking, other: Booking, *taken: Taken) -> Any:
    calendar: Calendar = made.calendar(*taken)
    return exchange.exchanged(calendar, calendar, one, other)


def test_each_gets_what_it_needs_at_the_others_start() -> None:
    one = _booked(1, EVENING, need("customs"), **COLD)
    other = _booked(2, made.OPENS, need("quarantine", "plant", minutes=90))
    mine, theirs = _exchanged(one, other)
    assert (mine.starts, theirs.starts) == (made.OPENS, EVENING)
    assert fit.serves(made.yard(), mine, one.want)
    assert fit.serves(made.yard(), theirs, other.want)


def test_who_has_no_bay_or_team_at_the_others_start_cannot_exchange() -> None:
    one = _booked(1, EVENING, need("customs"), **COLD)
    other = _booked(2, made.OPENS)
    cold = [bay for bay in made.yard().bays if bay.takes(BayKind.REEFER)]
    assert (
        _exchanged(one, other, *(Taken(b.id, made.OPENS, made.OPENS + HOUR) for b in cold)) is None
    )
    assert (
        _exchanged(other, one, *(Taken(b.id, made.OPENS, made.OPENS + HOUR) for b in cold)) is None
    )


def test_nobody_exchanges_into_a_time_before_its_cargo_is_there() -> None:
    late = _booked(1, EVENING, arrival=made.MONDAY + 10 * HOUR)
    early = _booked(2, made.OPENS)
    assert late.window.opens > made.OPENS
    assert _exchanged(late, early) is None
    assert _exchanged(early, late) is None


def test_what_one_gets_the_other_does_not() -> None:
    """Long ones that overlap, with one bay for both: the first would be in the second's way."""
    one = _booked(1, made.OPENS, need("customs", minutes=120), **COLD)
    other = _booked(2, made.OPENS + HOUR, need("customs", minutes=120), **COLD)
    cold = [bay.id for bay in made.yard().bays if bay.takes(BayKind.REEFER)]
    taken = (Taken(each, made.OPENS, made.CLOSES) for each in cold[1:])
    assert _exchanged(one, other, *taken) is None


def test_only_an_agreed_slot_that_is_wanted_is_exchanged() -> None:
    booking = _booked(1, made.OPENS)
    assert exchange.agreed(booking) == booking.slot
    for changes in ({"status": Status.HELD}, {"status": Status.STARTED}, {"wanted": False}):
        assert exchange.agreed(replace(booking, **changes)) is None


def test_a_stretch_holds_what_is_inside_of_it_in_its_yards() -> None:
    slot = _booked(1, made.OPENS).slot
    assert slot is not None
    whole = Stretch(slot.starts, slot.ends)
    assert whole.holds(slot)
    assert replace(whole, yards=(slot.yard,)).holds(slot)
    others = (
        replace(whole, yards=("CNSHA-Y1",)),
        replace(whole, opens=slot.starts + HOUR / 4),
        replace(whole, closes=slot.ends - HOUR / 4),
    )
    assert not any(each.holds(slot) for each in others)
