"""What is booked is kept, or moved at a price and within a share; what cannot be kept is told."""

from dataclasses import replace
from decimal import Decimal

from services.booking.optimizer import planning
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.problem import Place, Problem
from services.booking.optimizer.result import Plan
from services.cli.benching import instances
from tests.unit.booking.optimizer import judging
from tests.unit.booking.optimizer.made import bay, planned, problem, request, team

HERE = Place(4, "Y1", "B1", {"customs": "C1"})


def _replanned(given: Problem, *, most_moved: str, turns: int = 20) -> Plan:
    found = planning.plan(given, budget=Budget(turns=turns), seed=1, most_moved=Decimal(most_moved))
    assert isinstance(found, Plan)
    judging.assert_sound(given, found)
    return found


def test_a_booking_moves_only_if_that_saves_more_than_the_change_costs() -> None:
    for change, start, cost in ((3, 0, Decimal(3)), (5, 4, Decimal(4))):
        given = problem(replace(request("1"), booked=HERE, change_cost=Decimal(change)))
        plan = planned(given)
        assert (plan.places["1"].start, plan.objective) == (start, cost)
        assert plan.bound == cost
        assert plan.moved == ({"1"} if start == 0 else set())


def test_a_booking_that_may_not_move_stays_whatever_others_want() -> None:
    booked = replace(request("1"), booked=replace(HERE, start=0))
    heavy = request("2", wait=50)
    given = problem(booked, heavy, bays=(bay("B1"),))
    assert _replanned(given, most_moved="0").places["2"].start == 2
    freed = _replanned(given, most_moved="1")
    assert freed.places["2"].start == 0
    assert freed.moved == {"1"}


def test_at_most_the_share_of_bookings_moves() -> None:
    made = instances.made(100, load=0.9, seed=4)
    first = planning.plan(made, budget=Budget(turns=1), seed=1)
    assert isinstance(first, Plan)
    requests = tuple(replace(r, booked=first.places.get(r.id)) for r in made.requests)
    given = replace(made, requests=requests)
    costs = []
    for share in ("0", "0.05", "0.3"):
        plan = _replanned(given, most_moved=share)
        assert len(plan.moved) <= 100 * Decimal(share)
        assert plan.broken == frozenset()
        assert set(first.places) <= set(plan.places)
        costs.append(plan.objective)
    assert costs[0] == first.objective
    assert costs[0] > costs[1] > costs[2]


def test_bookings_of_what_is_gone_are_told_and_planned_anew() -> None:
    broken = {
        "bay": replace(HERE, bay="B9"),
        "team": replace(HERE, teams={"customs": "C9"}),
        "off duty": replace(HERE, start=7),
        "skill": replace(HERE, teams={"customs": "C3"}),
        "agency": replace(HERE, teams={}),
        "early": replace(HERE, start=0),
        "yard": replace(HERE, yard="Y9"),
        "horizon": replace(HERE, start=15),
    }
    requests = [replace(request(name, available=1), booked=place) for name, place in broken.items()]
    # two bays that are the same serve two at a time, and not a third
    fine = [
        replace(request(name), booked=replace(HERE, start=start, bay="B2"))
        for name, start in (("fine", 12), ("fine too", 13), ("taken", 13))
    ]
    given = problem(
        *fine, *requests, bays=(bay("B1"), bay("B2")),
        teams=(team("C1"), team("C2"), team("C3", skills="other")),
    )  # fmt: skip
    plan = _replanned(given, most_moved="0")
    assert plan.broken == {"taken", *broken}
    assert (plan.places["fine"].start, plan.places["fine too"].start) == (12, 13)
    assert plan.moved == frozenset()
    assert set(plan.places) == {"fine", "fine too", "taken", *broken}
