"""What a plan's scarce resources are worth, as the offers know prices."""

from datetime import timedelta
from decimal import Decimal

from services.booking.domain.prices import Pool
from services.booking.domain.resources import Sort
from services.booking.optimizer import planning
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.result import Plan
from services.booking.planner import posing, pricing
from services.booking.planner.pricing import PoolPrice
from tests.unit.booking import made
from tests.unit.booking.planner.situations import YARD, booking, situation

HOUR = timedelta(hours=1)
SCAN = Pool(YARD, Sort.BAY, "scan")


def _priced(count: int) -> tuple[PoolPrice, ...]:
    given = situation(*(booking(i) for i in range(1, count + 1)), earliest=made.OPENS)
    outcome = planning.plan(posing.pose(given), budget=Budget(turns=50), seed=1)
    assert isinstance(outcome, Plan)
    assert outcome.objective == outcome.bound
    return pricing.pool_prices(given.grid, given.calendars.values(), outcome.worths)


def test_what_is_scarce_has_a_price_when_it_is_and_all_else_has_none() -> None:
    table = pricing.table(_priced(6))
    early, late = (table.of(SCAN, made.OPENS + h * HOUR, 4) for h in (0, 5))
    # the second three wait for an hour, at 2 CNY a quarter
    assert early > 0
    assert late == 0
    assert table.of(Pool(YARD, Sort.BAY, "plain"), made.OPENS, 4) == 0


def test_where_there_is_enough_of_all_nothing_has_a_price() -> None:
    assert _priced(3) == ()
    assert pricing.table(()).sums == {}


def test_a_later_price_of_a_pool_counts_and_others_stay() -> None:
    def price(name: str, cny: str, *, hours: int = 0) -> PoolPrice:
        origin = made.MONDAY + hours * HOUR
        return PoolPrice(
            yard=YARD, sort=Sort.BAY, name=name, skills=(), origin=origin, cny=(Decimal(cny),) * 8
        )

    table = pricing.table([price("scan", "3"), price("plain", "1"), price("scan", "5", hours=1)])
    assert table.of(SCAN, made.MONDAY, 4) == 0
    assert table.of(SCAN, made.MONDAY + HOUR, 4) == 20
    assert table.of(Pool(YARD, Sort.BAY, "plain"), made.MONDAY, 4) == 4
