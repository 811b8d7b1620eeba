"""What bays and teams are worth, and which one more would help most."""

from decimal import Decimal

from services.booking.optimizer import advice
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.problem import Problem
from services.booking.optimizer.worth import Help, worth
from tests.unit.booking.optimizer.made import bay, planned, problem, request, team


def _crowd() -> Problem:
    """Six who come at once, for four bays and two teams, one of which comes late."""
    requests = [request(str(i), wait=2) for i in range(6)]
    bays = tuple(bay(f"B{i}") for i in range(1, 5))
    return problem(*requests, bays=bays, teams=(team("C1"), team("C2", (4, 8))))


def _advised(given: Problem) -> tuple[Help, ...]:
    return advice.advise(
        given, planned(given, turns=30), advice.kinds(given), budget=Budget(turns=30), seed=1
    )


def test_one_more_of_what_is_scarce_saves_what_is_told() -> None:
    given = _crowd()
    before = planned(given, turns=30)
    best, other = _advised(given)
    assert (best.like.id, other.like.id) == ("C1", "C2")
    more = problem(*given.requests, bays=given.bays, teams=(*given.teams, team("C3")))
    assert best.saved == before.objective - planned(more, turns=30).objective
    assert best.saved > other.saved > 0
    assert best.worth >= other.worth > 0


def test_prices_are_paid_for_what_is_scarce_alone() -> None:
    given = _crowd()
    worths = planned(given, turns=30).worths
    assert {each.members for each in worths} <= {("C1",), ("C2",)}
    assert all(price > 0 for each in worths for price in each.prices.values())
    assert worth(bay("B9"), worths) == 0
    assert worth(team("C9", (8, 16)), worths) == 0
    assert worth(team("C9", yard="Y2"), worths) == 0
    assert worth(team("C9", agency="quarantine"), worths) == 0
    assert worth(team("C9", skills="general valuation"), worths) > 0
    assert worth(team("C9", skills="valuation"), worths) == 0


def test_where_nothing_is_scarce_nothing_would_help() -> None:
    given = problem(request())
    assert planned(given).objective == Decimal(0)
    assert _advised(given) == ()
