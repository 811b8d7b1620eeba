"""The bound is never above the best plan, and as high as the relaxation allows."""

from decimal import Decimal

from services.booking.optimizer import bound as bounding
from services.booking.optimizer import modelling
from services.booking.optimizer.problem import LEFT_OUT, Problem
from services.cli.benching import instances
from tests.unit.booking.optimizer.made import bay, problem, request, team


def _bound(given: Problem, known: int, turns: int = 400) -> Decimal:
    model = modelling.build(given, LEFT_OUT)
    search = bounding.begin(model.frame)
    search.improve(turns, known)
    return model.money(search.proven)


def test_who_waits_for_one_bay_is_counted() -> None:
    requests = [request(str(i), duration=1, wait=i) for i in range(1, 5)]
    given = problem(*requests, bays=(bay("B1"),), teams=(team("C1"), team("C2")))
    # the heaviest first: 4 at 0, 3 at 1, 2 at 2, 1 at 3; the relaxation has no gap here
    assert _bound(given, 20) == 0 * 4 + 1 * 3 + 2 * 2 + 3 * 1


def test_it_is_rounded_up_to_what_a_plan_can_cost() -> None:
    whole = problem(*(request(str(i), duration=3, wait=1) for i in range(3)))
    halves = problem(*(request(str(i), duration=3, wait="0.5") for i in range(3)))
    assert _bound(whole, 9) % 1 == 0
    assert _bound(halves, 9) % Decimal("0.5") == 0


def test_more_turns_never_lower_it() -> None:
    given = instances.made(60, load=0.9, seed=3)
    bounds = [_bound(given, 600, turns) for turns in (1, 20, 200)]
    assert bounds == sorted(bounds)
    assert bounds[0] < bounds[2]


def test_without_scarcity_it_is_the_cost_of_moves() -> None:
    given = problem(request("1", yard="elsewhere", move=4), request("2", available=4))
    assert _bound(given, 4) == 4
