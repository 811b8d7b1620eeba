"""Plans of many small problems, against an independent judge and the exact least cost."""

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.optimizer import planning, warm
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.problem import Bay, Problem, Request, Stretch, Team
from services.booking.optimizer.result import Plan
from services.cli.benching import instances
from tests.unit.booking.optimizer import judging
from tests.unit.booking.optimizer.made import DAY, bay, outcome, planned, problem, request, team

YARDS = ("Y1", "Y2")


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Stretch, ...]:
    """One or two stretches of two days, which may touch or overlap."""
    found = []
    for _ in range(draw(st.integers(1, 2))):
        first = draw(st.integers(0, 2 * DAY - 2))
        found.append((first, draw(st.integers(first + 1, min(first + DAY, 2 * DAY)))))
    return tuple(found)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to three requests, two yards and a handful of resources: few enough to try everything."""
    yards = YARDS[: draw(st.integers(1, 2))]
    kinds = st.sampled_from(["plain", "reefer", "plain reefer"])
    bays = [
        Bay(f"B{i}", draw(st.sampled_from(yards)), frozenset(draw(kinds).split()), draw(shifts()))
        for i in range(draw(st.integers(1, 2)))
    ]
    skills = st.sampled_from(["a", "b", "a b"])
    teams = [
        Team(f"{agency}{i}", draw(st.sampled_from(yards)), agency,
             frozenset(draw(skills).split()), draw(shifts()))
        for agency in ("customs", "quarantine")
        for i in range(draw(st.integers(1, 2)))
    ]  # fmt: skip
    requests = [draw(wishes(str(i))) for i in range(draw(st.integers(1, 3)))]
    return Problem(DAY, 2, yards, tuple(bays), tuple(teams), tuple(requests))


@st.composite
def wishes(draw: st.DrawFn, name: str) -> Request:
    """A request of any kind."""
    agencies = draw(st.sampled_from([(), ("customs",), ("quarantine",), ("customs", "quarantine")]))
    return request(
        name,
        available=draw(st.integers(0, 2 * DAY - 1)),
        duration=draw(st.integers(1, 4)),
        due=draw(st.integers(0, 2 * DAY)),
        yard=draw(st.sampled_from([*YARDS, "elsewhere"])),
        kind=draw(st.sampled_from(["plain", "reefer"])),
        needs={agency: draw(st.sampled_from(["a", "b"])) for agency in agencies},
        wait=draw(st.sampled_from(["0", "1", "2", "0.5"])),
        late=draw(st.sampled_from(["0", "3", "1.25"])),
        move=draw(st.integers(0, 5)),
        yards=draw(st.sampled_from([None, None, None, "Y1", "Y2", "Y1 Y2", ""])),
    )


@settings(max_examples=150, deadline=None)
@given(problems())
def test_a_small_plan_is_allowed_and_the_best_there_is(given: Problem) -> None:
    found = outcome(given, turns=2)
    least = judging.least(given)
    if not isinstance(found, Plan):
        assert least == judging.LEFT_OUT * len(given.requests)
        assert set(found.lacks) == {each.id for each in given.requests}
        return
    judging.assert_sound(given, found)
    assert found.bound <= least
    assert found.objective == least


def _crowd(count: int) -> Problem:
    """Requests that all come at once, for four bays of which one is for reefers."""
    requests = [
        request(
            str(i), available=i % 3, duration=1 + i % 3, wait=1 + i * 7 % 5, late=i % 4, due=6,
            kind="reefer" if i % 4 == 0 else "plain",
        )
        for i in range(count)
    ]  # fmt: skip
    bays = (bay("B1"), bay("B2"), bay("B3"), bay("B4", kinds="plain reefer"))
    return problem(*requests, bays=bays, teams=(team("C1"), team("C2"), team("C3")))


def test_seed_and_turns_alone_decide_a_plan() -> None:
    given = _crowd(20)
    one, same, other = (planned(given, turns=3, seed=seed) for seed in (5, 5, 6))
    assert (one.places, one.bound) == (same.places, same.bound)
    judging.assert_sound(given, other)


def test_two_workers_on_one_plan_keep_it_sound_and_repeatable() -> None:
    given = instances.made(400, load=0.9, seed=2)
    assert given.days >= 2 * planning.WORKERS
    plans = [planned(given, turns=6, seed=3) for _ in range(2)]
    judging.assert_sound(given, plans[0])
    assert plans[0].places == plans[1].places
    assert plans[0].objective < judging.cost(given, planning.first_come(given))


def test_more_turns_never_make_a_plan_worse() -> None:
    given = _crowd(24)
    costs = [planned(given, turns=turns).objective for turns in (1, 4, 16)]
    assert costs[0] >= costs[2]


def test_a_plan_that_is_proven_to_be_the_best_ends_the_search() -> None:
    plan = planned(problem(request()), turns=1000)
    assert plan.objective == plan.bound == 0
    assert plan.gap == 0
    assert plan.turns < 1000


def test_a_deadline_ends_the_search_with_the_best_so_far() -> None:
    given = _crowd(40)
    warm.run()
    plan = planning.plan(given, budget=Budget(seconds=1), seed=1)
    assert isinstance(plan, Plan)
    judging.assert_sound(given, plan)
    assert plan.turns >= 1


def test_a_search_that_is_called_off_ends_at_once_with_what_it_has() -> None:
    given = _crowd(40)
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    begun = time.monotonic()
    plan = planning.plan(given, budget=Budget(seconds=600, stop=stop), seed=1)
    assert time.monotonic() - begun < 60
    assert isinstance(plan, Plan)
    judging.assert_sound(given, plan)


def test_a_budget_without_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        Budget()


def test_a_day_of_more_than_64_slots_is_planned_as_any_other() -> None:
    hours = ((0, 200),)
    bays = (Bay("B1", "Y1", frozenset({"plain"}), hours),)
    teams = (Team("C1", "Y1", "customs", frozenset({"general"}), hours),)
    requests = tuple(
        request(str(i), available=58, duration=each, wait=weight)
        for i, (each, weight) in enumerate([(70, 1), (3, 2), (64, 9), (1, 1)])
    )
    given = Problem(200, 1, ("Y1",), bays, teams, requests)
    plan = planned(given)
    judging.assert_sound(given, plan)
    # by weight for each slot: 3 at 58, 1 at 59, 2 at 62, 0 at 126
    assert {name: place.start for name, place in plan.places.items()} == {
        "3": 58,
        "1": 59,
        "2": 62,
        "0": 126,
    }
    assert plan.objective == 1 * 2 + 4 * 9 + 68 * 1
