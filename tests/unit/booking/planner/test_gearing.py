"""A yard's gear is planned with bays and teams."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.booking.domain import fit
from services.booking.domain.booking import Booking
from services.booking.domain.resources import ALWAYS, Gear
from services.booking.domain.yard import Yard
from services.booking.optimizer import planning
from services.booking.optimizer.budget import Budget
from services.booking.planner import posing
from services.booking.planner.proposal import Proposal, proposal
from services.booking.planner.solve import Solved
from shared.contracts.values import Scope
from tests.unit.booking import made
from tests.unit.booking.planner.situations import YARD, booking, confirmed, situation, slot

HOUR = timedelta(hours=1)
LIFT = Gear(901, "F1", "forklift", frozenset({Scope.UNPACK, Scope.SAMPLE}))


def _with(*gear: Gear) -> Yard:
    return replace(made.yard(), eras=tuple(replace(e, gear=gear) for e in made.yard().eras))


def _from(day: date) -> Yard:
    """The yard that has a forklift from a day on."""
    (era,) = made.yard().eras
    before = replace(era, days=(ALWAYS[0], day))
    return replace(made.yard(), eras=(before, replace(era, gear=(LIFT,), days=(day, ALWAYS[1]))))


def _planned(yard: Yard, *bookings: Booking) -> Proposal:
    given = replace(situation(*bookings), calendars={YARD: made.calendar(of=yard)})
    problem = posing.pose(given)
    outcome = planning.plan(problem, budget=Budget(turns=5), seed=1)
    return proposal(given, problem.requests, Solved(outcome), seed=1, now=made.OPENS)


def _told(yard: Yard, bookings: Sequence[Booking]) -> list[tuple[timedelta, tuple[str, ...]]]:
    """When each slot begins after the opening, and its gear; all of them stand in the yard."""
    items = _planned(yard, *bookings).items
    known = {each.id: each for each in bookings}
    hours = made.calendar(of=yard)
    assert all(fit.stands(hours, each.slot, known[each.booking_id].want) for each in items)
    return sorted((each.slot.starts - made.OPENS, each.slot.gear) for each in items)


def test_two_that_need_the_only_forklift_come_one_after_the_other() -> None:
    both = booking(1), booking(2)
    assert _told(_with(LIFT), both) == [(0 * HOUR, ("F1",)), (HOUR, ("F1",))]
    two = _with(LIFT, replace(LIFT, id=902, code="F2"))
    assert _told(two, both) == [(0 * HOUR, ("F1",)), (0 * HOUR, ("F2",))]


def test_gear_for_other_scopes_is_not_needed() -> None:
    scanner = replace(LIFT, kind="scanner", scopes=frozenset({Scope.SCAN}))
    assert _told(_with(scanner), (booking(1), booking(2))) == [(0 * HOUR, ())] * 2


def test_gear_is_needed_on_the_days_alone_on_which_there_is_any() -> None:
    yard = _from(date(2026, 3, 3))
    assert _told(yard, (booking(1), booking(2))) == [(0 * HOUR, ())] * 2
    assert _told(_from(date(2026, 3, 2)), (booking(1),)) == [(0 * HOUR, ("F1",))]


def test_what_keeps_its_time_keeps_its_gear() -> None:
    with_lift = slot().model_copy(update={"gear": ("F1",)})
    found = _planned(_with(LIFT), confirmed(1, with_lift))
    assert (found.items, found.kept) == ((), 1)
    later = _planned(
        _from(date(2026, 3, 3)), confirmed(1, slot()), confirmed(2, slot("S02", "C02"))
    )
    assert (later.items, later.kept) == ((), 2)
