"""The problem that a yard's day poses, and what its plan would change."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.calendar import Taken
from services.booking.optimizer import planning
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.problem import Bay, Team, dearest
from services.booking.planner import posing
from services.booking.planner.grid import PER_DAY, Grid
from services.booking.planner.posing import Situation
from services.booking.planner.proposal import Kind, Proposal, proposal
from services.booking.planner.solve import Solved
from shared.contracts.values import Mode, SlotWish, TeamPlace
from tests.unit.booking import made
from tests.unit.booking.planner.situations import YARD, booking, confirmed, situation, slot

OPENS = 7 * 4
HOUR = timedelta(hours=1)


def _planned(given: Situation, **options: Decimal) -> Proposal:
    problem = posing.pose(given)

    most = dearest(problem)
    outcome = planning.plan(problem, budget=Budget(turns=5), seed=1, left_out=most, **options)
    return proposal(given, problem.requests, Solved(outcome), seed=1, now=made.OPENS)


@given(st.integers(0, 2 ** (3 * PER_DAY) - 1), st.integers(-1, 1))
def test_stretches_are_the_cells_of_the_days_that_are_planned(cells: int, days: int) -> None:
    calendar = made.calendar()
    on = Grid(calendar.origin + timedelta(days=days, hours=8), 2)
    shift = days * PER_DAY + 32
    inside = {cell - shift for cell in range(3 * PER_DAY) if cells >> cell & 1}
    found = on.stretches(calendar, cells)
    covered = [slot for first, end in found for slot in range(first, end)]
    assert covered == sorted(each for each in inside if 0 <= each < 2 * PER_DAY)
    assert all(one[1] < other[0] for one, other in pairwise(found))


def test_what_is_taken_is_no_hour_of_a_bay_or_team() -> None:
    bay = made.yard().bay("S01")
    assert bay is not None
    taken = Taken(bay.id, made.OPENS + HOUR, made.OPENS + 2 * HOUR)
    problem = posing.pose(situation(booking(), taken=[taken]))
    hours = {each.id: each.open for each in problem.bays}
    assert hours[f"{YARD}/S01/bay"][:2] == ((OPENS, OPENS + 4), (OPENS + 8, 21 * 4))
    assert hours[f"{YARD}/S02/bay"][0] == (OPENS, 21 * 4)
    shifts = {each.id: each.shifts for each in problem.teams}
    assert shifts[f"{YARD}/C01/team"][:2] == ((OPENS, 42), (44, 60))  # its break: 10:30 to 11:00


def test_a_request_costs_what_the_weights_say() -> None:
    arrival = made.MONDAY - timedelta(hours=10)
    fresh = booking(1, perishable_until=arrival + timedelta(days=1))
    plain, perishable = posing.pose(situation(booking(2), fresh)).requests
    assert (plain.wait_weight, plain.late_weight) == (Decimal(2), Decimal(15))
    assert perishable.wait_weight == Decimal(8)
    assert (plain.move_cost, plain.change_cost) == (Decimal(40), Decimal(200))
    assert perishable.due == 14 * 4
    assert plain.available == 0


def test_a_slot_is_planned_for_each_and_booked_only_for_those_who_asked() -> None:
    waits = booking(1)
    asks = booking(2, slot_wish=SlotWish(auto_confirm=True))
    too_late = booking(3, slot_wish=SlotWish(auto_confirm=True, latest=made.OPENS + HOUR / 2))
    made_of = _planned(situation(waits, asks, too_late))
    kinds = {each.booking_id: each.kind for each in made_of.items}
    assert kinds == {waits.id: Kind.OFFER, asks.id: Kind.BOOK, too_late.id: Kind.OFFER}
    assert {each.slot.starts for each in made_of.items} == {made.OPENS}
    assert len({each.slot.bay for each in made_of.items}) == 3
    assert made_of.objective == made_of.bound == 3 * OPENS * 2


def test_perishables_take_the_place_of_what_can_wait_if_that_is_worth_the_change() -> None:
    until = made.MONDAY + timedelta(days=2)
    early = [confirmed(i, slot(f"S0{i}", f"C0{i}")) for i in (1, 2, 3)]
    late = confirmed(4, slot("S01", "C01", at=made.OPENS + HOUR), perishable_until=until)
    # an hour costs perishables 24 CNY more than the plain: two changes must cost less
    cheap = _planned(situation(*early, late, change_cost=Decimal(11)))
    moved = [each for each in cheap.items if each.kind is Kind.MOVE]
    assert {each.slot.starts for each in moved} == {made.OPENS, made.OPENS + HOUR}
    assert moved[[each.booking_id for each in moved].index(late.id)].slot.starts == made.OPENS
    assert cheap.kept == 2
    # an hour less or more of waiting, whatever the change itself costs
    earlier, later = sorted((each.cost - (each.previous_cost or 0)) for each in moved)
    assert (earlier, later) == (Decimal(-32), Decimal(8))
    dear = _planned(situation(*early, late, change_cost=Decimal(13)))
    assert (dear.items, dear.kept) == ((), 4)


def test_a_share_of_bookings_is_moved_at_most() -> None:
    until = made.MONDAY + timedelta(days=2)
    early = [confirmed(i, slot(f"S0{i}", f"C0{i}")) for i in (1, 2, 3)]
    late = confirmed(4, slot("S01", "C01", at=made.OPENS + HOUR), perishable_until=until)
    given = situation(*early, late, change_cost=Decimal(0))
    assert len(_planned(given, most_moved=Decimal("0.5")).items) == 2
    assert _planned(given, most_moved=Decimal("0.49")).items == ()


def test_what_keeps_its_time_keeps_its_bay_and_its_team() -> None:
    given = situation(*(confirmed(i, slot(f"S0{4 - i}", f"C0{9 - 2 * i}")) for i in (1, 2, 3)))
    assert (_planned(given).items, _planned(given).kept) == ((), 3)


def test_what_stays_stays_in_whatever_order_its_teams_are_told() -> None:
    both = (made.need("quarantine"), made.need("customs"))
    teams = (TeamPlace(agency="customs", team="C01"), TeamPlace(agency="quarantine", team="Q01"))
    agreed = confirmed(1, slot().model_copy(update={"teams": teams}), needs=both, mode=Mode.JOINT)
    assert (_planned(situation(agreed)).items, _planned(situation(agreed)).kept) == ((), 1)


def test_a_bay_and_a_team_of_the_same_code_are_two() -> None:
    (era,) = made.yard().eras
    bays = tuple(replace(bay, code=bay.code.replace("S", "C")) for bay in era.bays)
    yard = replace(made.yard(), eras=(replace(era, bays=bays),))
    agreed = confirmed(1, slot("C01", "C01", at=made.OPENS + HOUR))
    given = replace(situation(agreed), calendars={YARD: made.calendar(of=yard)})
    assert (_planned(given).items, _planned(given).kept) == ((), 1)


def test_cargo_that_waits_for_months_is_planned_too() -> None:
    forgotten = booking(1, arrival=made.MONDAY - timedelta(days=400))
    (item,) = _planned(situation(forgotten)).items
    assert item.slot.starts == made.OPENS


def test_what_has_no_slot_in_any_yard_is_told_with_what_would_help() -> None:
    nobody = made.need("quarantine", "radiology")
    served = _planned(situation(booking(1), booking(2, needs=(nobody,))))
    assert [each.rule for each in served.unserved] == ["no-team"]
    alone = _planned(situation(booking(2, needs=(nobody,))))
    assert (alone.items, [each.rule for each in alone.unserved]) == ((), ["no-team"])
    assert alone.unserved[0].mend.zh
    nothing = _planned(replace(situation(), candidates=()))
    assert (nothing.items, nothing.unserved, nothing.objective) == ((), (), None)


def test_it_is_told_how_long_cargo_waits_by_the_hour_in_which_it_is_ready() -> None:
    nobody = booking(6, needs=(made.need("quarantine", "radiology"),))
    made_of = _planned(situation(*(booking(i) for i in range(1, 6)), nobody, earliest=made.OPENS))
    (told,) = made_of.expected
    assert (told.yard, told.hour, told.bay_kind) == (YARD, made.OPENS, "scan")
    # three bays: three at once, two an hour later; nobody serves the sixth
    assert (told.requests, told.unserved, told.wait_minutes, told.late_minutes) == (6, 1, 24, 0)


def test_what_could_be_added_has_all_the_hours_of_its_like() -> None:
    bay = made.yard().bay("S01")
    assert bay is not None
    taken = Taken(bay.id, made.OPENS, made.CLOSES)
    added = posing.additions(situation(taken=[taken]))
    assert len({replace(each, id="") for each in added}) == len(added)
    (scan,) = [each for each in added if isinstance(each, Bay) and "scan" in each.kinds]
    assert scan.open[0] == (OPENS, 21 * 4)
    teams = [each for each in added if isinstance(each, Team)]
    assert f"{YARD}/C01/team" in {each.id for each in teams}
    assert f"{YARD}/Q07/team" in {each.id for each in teams}
