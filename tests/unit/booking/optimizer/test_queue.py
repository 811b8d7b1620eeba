"""Where all pass through one bay, their order is all there is to decide."""

from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from services.booking.optimizer import modelling, queue
from services.booking.optimizer.problem import LEFT_OUT, Bay, Problem, Request, Team
from tests.unit.booking.optimizer import judging
from tests.unit.booking.optimizer.made import bay, planned, problem, request, team


def _queue(count: int, seed: int) -> Problem:
    """Requests for one bay and one team, all there from the start; most are late."""
    draw = np.random.default_rng(seed)
    lengths = [int(each) for each in draw.integers(1, 20, count)]
    total = sum(lengths)
    requests = [
        request(
            str(i), duration=length, due=int(draw.integers(0, total)), wait=0,
            late=int(draw.integers(1, 10)),
        )
        for i, length in enumerate(lengths)
    ]  # fmt: skip
    hours = ((0, total),)
    bays = (Bay("B1", "Y1", frozenset({"plain"}), hours),)
    teams = (Team("C1", "Y1", "customs", frozenset({"general"}), hours),)
    return Problem(total, 1, ("Y1",), bays, teams, tuple(requests))


def _exact(requests: tuple[Request, ...]) -> Decimal:
    """The least cost by dynamic programming over subsets (Held and Karp 1962)."""

    @cache
    def least(done: int) -> Decimal:
        if not done:
            return Decimal(0)
        ends = sum(each.duration for i, each in enumerate(requests) if done >> i & 1)
        return min(
            least(done & ~(1 << i)) + each.late_weight * max(0, ends - each.due)
            for i, each in enumerate(requests)
            if done >> i & 1
        )

    return least((1 << len(requests)) - 1)


@pytest.mark.parametrize("seed", range(6))
def test_the_best_order_is_found(seed: int) -> None:
    given = _queue(11, seed)
    plan = planned(given, turns=10)
    judging.assert_sound(given, plan)
    assert plan.objective == _exact(given.requests)


def _applies(given: Problem) -> bool:
    return queue.applies(modelling.build(given, LEFT_OUT).frame)


def test_it_is_a_queue_only_where_nothing_else_decides() -> None:
    plain = {"days": 1}
    one = (team("C1", (0, 8)),)
    here = (bay(days=1),)
    assert _applies(problem(request("1"), request("2"), bays=here, teams=one, **plain))
    several = {
        "two days": problem(request(), bays=here, teams=one),
        "not at once": problem(request(available=1), bays=here, teams=one, **plain),
        "too much": problem(
            *(request(str(i)) for i in range(5)), bays=here, teams=one, **plain
        ),
        "two of each": problem(
            request(), bays=(bay(days=1), bay("B2", days=1)),
            teams=(team("C1", (0, 8)), team("C2", (0, 8))), **plain,
        ),
        "a break": problem(request("1", duration=6), bays=here,
                           teams=(team("C1", (0, 4), (5, 8)),), **plain),
        "a choice": problem(request(), bays=here,
                            teams=(team("C1", (0, 8)), team("C2", (0, 7))), **plain),
        "two needs": problem(request("1"), request("2", needs={}), bays=here, teams=one, **plain),
        "left out at less": problem(
            request("1", wait=60_000), request("2", wait=60_000), bays=here, teams=one, **plain
        ),
        "moved at more than left out": problem(
            request("1", yard="Y9", move=100_001), bays=here, teams=one, **plain
        ),
        "too many": _queue(queue.MOST + 1, seed=1),
        "two yards": problem(request(), bays=(*here, bay("B2", "Y2", days=1)), teams=one, **plain),
    }  # fmt: skip
    assert [name for name, given in several.items() if _applies(given)] == []


def test_a_team_of_several_beside_one_bay_is_still_a_queue() -> None:
    given = problem(
        request("1", wait=1), request("2", wait=5), bays=(bay(days=1),),
        teams=(team("C1", (0, 8)), team("C2", (0, 8))), days=1,
    )  # fmt: skip
    assert _applies(given)
    plan = planned(given)
    judging.assert_sound(given, plan)
    assert plan.objective == judging.least(given) == 2


def test_cargo_that_lies_elsewhere_pays_its_move_in_a_queue_too() -> None:
    given = problem(
        request("1", yard="Y9", move=7), bays=(bay(days=1),), teams=(team("C1", (0, 8)),), days=1
    )
    assert _applies(given)
    assert planned(given).objective == 7


def test_what_costs_more_in_the_line_than_left_out_is_left_out() -> None:
    given = problem(
        *(request(str(i), wait=30_000) for i in range(3)), bays=(bay(days=1),),
        teams=(team("C1", (0, 8)),), days=1,
    )  # fmt: skip
    plan = planned(given)
    judging.assert_sound(given, plan)
    assert plan.objective == judging.least(given) == 160_000


def test_a_turn_of_a_long_line_has_fewer_descents() -> None:
    counts = [queue.rounds(count) for count in (1, queue.USUAL, 2 * queue.USUAL, queue.MOST)]
    assert counts == [queue.ROUNDS, queue.ROUNDS, 2, 1]
