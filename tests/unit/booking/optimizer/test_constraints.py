"""Each constraint decides the best plan of one tiny problem, which would be cheaper without it."""

from dataclasses import dataclass

import pytest

from services.booking.optimizer.problem import Problem
from tests.unit.booking.optimizer import judging
from tests.unit.booking.optimizer.made import bay, planned, problem, request, team

JOINT = {"customs": "general", "quarantine": "plant"}


@dataclass(frozen=True)
class Case:
    """What a constraint makes the best plan cost, and what it would cost if it did not hold."""

    held: Problem
    costs: int
    eased: Problem
    eased_costs: int


ONE, OTHER = request("1"), request("2")
CASES = {
    "a bay serves one at a time": Case(
        problem(ONE, OTHER), 2, problem(ONE, OTHER, bays=(bay("B1"), bay("B2"))), 0
    ),
    "a team serves one at a time": Case(
        problem(ONE, OTHER, bays=(bay("B1"), bay("B2")), teams=(team("C1"),)),
        2,
        problem(ONE, OTHER, bays=(bay("B1"), bay("B2"))),
        0,
    ),
    "a bay is of the kind that is needed": Case(
        problem(
            request("1", kind="reefer"), request("2", kind="reefer"),
            bays=(bay("B1"), bay("B2", kinds="plain reefer")),
        ),
        2,
        problem(ONE, OTHER, bays=(bay("B1"), bay("B2", kinds="plain reefer"))),
        0,
    ),
    "a team has the skill that is needed": Case(
        problem(
            request("1", needs={"customs": "dangerous"}),
            request("2", needs={"customs": "dangerous"}),
            bays=(bay("B1"), bay("B2")),
            teams=(team("C1"), team("C2", skills="general dangerous")),
        ),
        2,
        problem(
            ONE, OTHER, bays=(bay("B1"), bay("B2")),
            teams=(team("C1"), team("C2", skills="general dangerous")),
        ),
        0,
    ),
    "a team needs all of the skills": Case(
        problem(
            request("1", needs={"customs": "general scan"}),
            teams=(team("C1", (0, 8), skills="general"), team("C2", (4, 8), skills="general scan")),
        ),
        4,
        problem(ONE, teams=(team("C1", (0, 8)), team("C2", (4, 8), skills="general scan"))),
        0,
    ),
    "a team works within its shift": Case(
        problem(ONE, teams=(team("C1", (3, 8)),)), 3, problem(ONE), 0
    ),
    "a slot lies in one shift, not over two that touch": Case(
        problem(request("1", available=3), teams=(team("C1", (0, 4), (4, 8)),)),
        1,
        problem(request("1", available=3), teams=(team("C1", (0, 8)),)),
        0,
    ),
    "a slot lies in one day": Case(
        problem(request("1", available=7), teams=(team("C1", (0, 16)),)),
        1,
        problem(request("1", available=7, duration=1), teams=(team("C1", (0, 16)),)),
        0,
    ),
    "a slot ends within the horizon": Case(
        problem(request("1", available=15)), 100_000, problem(request("1", available=14)), 0
    ),
    "a slot is not before the cargo is available": Case(
        problem(request("1", available=5, wait=0, late=1, due=4)),
        3,
        problem(request("1", available=0, wait=0, late=1, due=4)),
        0,
    ),
    "both agencies are there at once": Case(
        problem(
            request("1", needs=JOINT),
            teams=(team("C1", (0, 6)), team("Q1", (2, 8), agency="quarantine", skills="plant")),
        ),
        2,
        problem(request("1"), teams=(team("C1", (0, 6)),)),
        0,
    ),
    "bay and team are of one yard": Case(
        problem(
            request("1", move=1),
            bays=(bay("B1", "Y1"), bay("B2", "Y2")),
            teams=(team("C1", (6, 8), yard="Y1"), team("C2", yard="Y2")),
        ),
        1,
        problem(request("1", move=1), teams=(team("C1", (6, 8)), team("C2"))),
        0,
    ),
    "another yard costs the move": Case(
        problem(request("1", move=9), bays=(bay("B1", "Y2"),), teams=(team("C1", yard="Y2"),)),
        9,
        problem(request("1", move=9)),
        0,
    ),
    "it goes to a yard that may serve it": Case(
        problem(
            request("1", available=3, move=1, yards="Y1"),
            bays=(bay("B1", "Y1"), bay("B2", "Y2")),
            teams=(team("C1", (6, 8), yard="Y1"), team("C2", yard="Y2")),
        ),
        3,
        problem(
            request("1", available=3, move=1, yards="Y1 Y2"),
            bays=(bay("B1", "Y1"), bay("B2", "Y2")),
            teams=(team("C1", (6, 8), yard="Y1"), team("C2", yard="Y2")),
        ),
        1,
    ),
    "lateness counts from the end of the slot": Case(
        problem(request("1", wait=0, late=5, due=1)), 5, problem(request("1", late=5, due=2)), 0
    ),
    "the heavier goes first": Case(
        problem(request("1", wait=1), request("2", wait=3)),
        2,
        problem(request("1", wait=1), request("2", wait=0)),
        0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_decides_the_plan(name: str) -> None:
    case = CASES[name]
    for given, costs in ((case.held, case.costs), (case.eased, case.eased_costs)):
        assert judging.least(given) == costs
        if costs < judging.LEFT_OUT:
            plan = planned(given)
            judging.assert_sound(given, plan)
            assert plan.objective == costs


def test_an_agency_that_is_not_needed_sends_no_team() -> None:
    given = problem(
        request("1", needs={"quarantine": "plant"}),
        teams=(team("C1", (6, 8)), team("Q1", agency="quarantine", skills="plant")),
    )
    plan = planned(given)
    judging.assert_sound(given, plan)
    assert plan.places["1"].teams == {"quarantine": "Q1"}
    assert plan.objective == 0


def test_a_third_agency_needs_no_code() -> None:
    needs = {"customs": "general", "quarantine": "plant", "maritime": "hull"}
    given = problem(
        request("1", needs=needs),
        teams=(
            team("C1"),
            team("Q1", agency="quarantine", skills="plant"),
            team("M1", (5, 8), agency="maritime", skills="hull"),
        ),
    )
    plan = planned(given)
    judging.assert_sound(given, plan)
    assert plan.places["1"].start == 5
    assert plan.places["1"].teams == {"customs": "C1", "quarantine": "Q1", "maritime": "M1"}
