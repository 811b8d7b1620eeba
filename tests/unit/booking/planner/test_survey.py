"""Which bookings a plan of some yards is about."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from services.booking.commands import survey
from services.booking.commands.turn import Terms, Turn
from services.booking.domain.booking import Booking
from services.booking.planner import posing
from services.booking.planner.grid import grid
from shared.contracts.values import SlotWish
from tests.unit.booking import made
from tests.unit.booking.planner.situations import YARD, booking, confirmed, slot

OTHER = "CNTAO-Y2"
HOUR = timedelta(hours=1)
YARDS = {YARD: made.yard(), OTHER: replace(made.yard(), code=OTHER)}
TERMS = Terms(hold=HOUR, lead=HOUR / 2, horizon_days=14)
TURN = Turn(now=made.MONDAY, wall=made.MONDAY, ids=uuid4, yards=YARDS, terms=TERMS)


def _planned(*bookings: Booking, yards: tuple[str, ...]) -> dict[Booking, set[str]]:
    """What is planned for those yards, and where each may go."""
    found = survey.to_plan(bookings, yards, turn=TURN)
    return {each.booking: set(each.yards) for each in found}


def test_a_yards_plan_is_about_what_is_at_home_or_booked_there() -> None:
    here, there = booking(1), replace(booking(2), yard=OTHER)
    guest = replace(confirmed(3, slot()), yard=OTHER)
    assert _planned(here, there, guest, yards=(YARD,)) == {here: {YARD}, guest: {YARD}}
    assert list(_planned(there, yards=(YARD, OTHER))) == [there]


def test_what_a_plan_could_not_leave_as_it_is_or_must_not_move_is_not_in_it() -> None:
    on = grid(made.yard(), now=made.OPENS, days=2)
    assert posing.exchangeable(on, confirmed(1, slot()))
    last = slot(at=made.MONDAY + timedelta(hours=23))
    assert posing.exchangeable(on, confirmed(1, last))
    over = slot(at=made.MONDAY + timedelta(hours=23, minutes=15))
    assert not posing.exchangeable(on, confirmed(1, over))
    longer = slot().model_copy(update={"ends": made.OPENS + 2 * HOUR})
    assert not posing.exchangeable(on, confirmed(1, longer))
    wish = SlotWish(latest=made.CLOSES)
    assert not posing.exchangeable(on, confirmed(1, slot(), slot_wish=wish))
    pair = slot().model_copy(update={"beside": ("S02",)})
    assert not posing.exchangeable(on, confirmed(1, pair))
    assert not posing.exchangeable(on, booking(1))


def test_one_that_takes_several_bays_at_once_is_left_to_its_broker() -> None:
    assert _planned(replace(booking(1), bays=2), yards=(YARD,)) == {}
