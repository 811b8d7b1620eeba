"""Prices leave room for those who are expected and lose more by waiting."""

from decimal import Decimal

from services.booking.optimizer import foresight
from services.booking.optimizer.outlook import Outlook
from services.booking.optimizer.problem import Problem, Request
from tests.unit.booking.optimizer.made import problem, request

LIGHT, HEAVY = 1, 5
BAY = frozenset({"plain"})


def _prices(
    *expected: Request, known: Problem | None = None, share: float = 1.0, **taken: tuple[int, int]
) -> list[Decimal]:
    """What the only bay is worth in the first four slots."""
    outlook = Outlook(
        problem=problem() if known is None else known,
        taken={bay: [stretch] for bay, stretch in taken.items()},
        expected=expected,
        share=share,
    )
    bays = [each for each in foresight.worths(outlook) if each.abilities == BAY]
    return [sum((each.prices.get(t, Decimal(0)) for each in bays), Decimal(0)) for t in range(4)]


def _cheapest_start(light: Request, prices: list[Decimal]) -> int:
    costs = [light.cost(t, "Y1") + sum(prices[t : t + light.duration]) for t in range(3)]
    return costs.index(min(costs))


def test_a_light_one_leaves_the_early_slot_to_a_heavy_one_that_is_expected() -> None:
    light = request("light", wait=LIGHT)
    prices = _prices(request("light"), request("heavy", wait=HEAVY))
    assert _cheapest_start(light, prices) == 2
    # and it costs no more than the heavy one would lose by waiting, and prudence
    assert sum(prices) <= 2 * HEAVY * foresight.PRUDENCE


def test_who_is_known_has_a_price_as_who_is_expected() -> None:
    one, other = request("one", wait=LIGHT), request("other", wait=HEAVY)
    assert _prices(known=problem(one, other)) == _prices(one, other)


def test_where_nobody_competes_nothing_has_a_price() -> None:
    assert _prices() == [0, 0, 0, 0]
    assert _prices(request("heavy", wait=HEAVY)) == [0, 0, 0, 0]


def test_what_is_expected_seldom_weighs_little() -> None:
    crowd = [request(str(i), wait=HEAVY, available=i % 2) for i in range(4)]
    assert sum(_prices(*crowd, share=1.0)) > sum(_prices(*crowd, share=0.5)) > 0
    assert sum(_prices(*crowd, share=0.2)) == 0


def test_what_is_taken_is_not_there_to_be_had() -> None:
    heavy = request("heavy", wait=HEAVY)
    assert _prices(heavy, B1=(4, 8)) == [0, 0, 0, 0]
    assert sum(_prices(heavy, B1=(0, 2))) > 0
