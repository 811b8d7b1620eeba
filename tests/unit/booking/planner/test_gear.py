"""Plans give one piece of the yard's gear to each inspection that takes one."""

from dataclasses import replace
from datetime import date, time, timedelta

from services.booking.domain import acts, fit
from services.booking.domain.booking import Booking
from services.booking.domain.resources import Gear, Hours, Work
from services.booking.domain.yard import Yard
from services.booking.optimizer import planning
from services.booking.optimizer.budget import Budget
from services.booking.planner import posing
from services.booking.planner.grid import grid
from services.booking.planner.posing import Candidate, Situation
from services.booking.planner.proposal import Proposal, proposal
from services.booking.planner.solve import Solved
from shared.contracts.values import Scope
from tests.unit.booking import made
from tests.unit.booking.planner.situations import YARD, booking

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TUESDAY = date(2026, 3, 3)
GANG = Gear(9_000, "G1", "gang", frozenset({Scope.UNPACK}), Work(Hours(time(8), time(16))))


def _with(*gear: Gear) -> Yard:
    """The default yard, with that gear from Tuesday on."""
    (era,) = made.yard().eras
    before = replace(era, days=(date.min, TUESDAY))
    return replace(made.yard(), eras=(before, replace(era, days=(TUESDAY, date.max), gear=gear)))


def _planned(
    *bookings: Booking, days_on: int, other: Yard | None = None, yard: Yard | None = None
) -> Proposal:
    """In a yard with one gang from Tuesday on, eight to four."""
    yards = [yard or _with(GANG), *([other] if other else [])]
    given = Situation(
        grid=grid(made.yard(), now=made.OPENS, days=3),
        calendars={each.code: made.calendar(of=each) for each in yards},
        candidates=[
            Candidate(each, [yard.code for yard in yards], made.MONDAY + days_on * DAY)
            for each in bookings
        ],
    )
    problem = posing.pose(given)
    outcome = planning.plan(problem, budget=Budget(turns=10), seed=1)
    return proposal(given, problem.requests, Solved(outcome), seed=1, now=made.OPENS)


def _hours(found: Proposal) -> list[tuple[float, tuple[str, ...]]]:
    """When each begins, in hours after Monday's midnight, and with what."""
    return sorted(((i.slot.starts - made.MONDAY) / HOUR, i.slot.gear) for i in found.items)


def test_one_gang_serves_one_unpacking_at_a_time_from_the_day_on_which_it_is_there() -> None:
    three = [booking(serial) for serial in (1, 2, 3)]
    assert _hours(_planned(*three, days_on=0)) == [(7, ()), (7, ()), (7, ())]
    tuesday = _planned(*three, days_on=1)
    assert _hours(tuesday) == [(32, ("G1",)), (33, ("G1",)), (34, ("G1",))]
    assert all(fit.serves(_with(GANG), i.slot, three[0].want) for i in tuesday.items)


def test_papers_take_no_gang() -> None:
    papers = made.need().model_copy(update={"scope": Scope.DOCUMENTS})
    found = _planned(booking(1), booking(2, needs=(papers,)), days_on=1)
    assert _hours(found) == [(31, ()), (32, ("G1",))]


def test_a_yard_without_a_gang_needs_none() -> None:
    other = replace(made.yard(), code="CNTAO-Y2")
    found = _planned(booking(1), days_on=1, other=other)
    # an hour in the other yard costs less than the way there: 8 CNY against 40
    assert _hours(found) == [(32, ("G1",))]
    five = [booking(serial) for serial in range(1, 9)]
    yards = {i.slot.yard: i.slot.gear for i in _planned(*five, days_on=1, other=other).items}
    assert yards == {YARD: ("G1",), "CNTAO-Y2": ()}


def test_what_keeps_its_time_keeps_its_gang() -> None:
    two = _with(GANG, replace(GANG, id=9_001, code="G2"))
    slots = [i.slot for i in _planned(booking(1), booking(2), days_on=1, yard=two).items]
    assert {each.gear for each in slots} == {("G1",), ("G2",)}
    turned = [each.model_copy(update={"gear": ("G2" if "G1" in each.gear else "G1",)})
              for each in slots]  # fmt: skip
    for chosen in (slots, turned):
        booked = [acts.booked(booking(i), slot=s).after for i, s in enumerate(chosen, 1)]
        again = _planned(*booked, days_on=1, yard=two)
        assert (again.items, again.kept) == ((), 2)
