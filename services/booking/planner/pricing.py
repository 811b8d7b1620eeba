"""What a plan's scarce resources are worth to others, as the offers know prices: by pool."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from services.booking.domain import prices as pricing
from services.booking.domain.calendar import STEP, Calendar
from services.booking.domain.prices import NOTHING, Pool, Prices
from services.booking.domain.resources import Resource, Sort
from services.booking.optimizer.worth import Worth
from services.booking.planner import ids
from services.booking.planner.grid import Grid
from shared.contracts.envelope import Fact
from shared.contracts.values import Instant


class PoolPrice(Fact):
    """What one of a pool is worth in each quarter hour from `origin` (UTC) on, CNY."""

    yard: str
    sort: Sort
    name: str
    skills: tuple[str, ...]
    origin: Instant
    cny: tuple[Decimal, ...]


def pool_prices(
    grid: Grid, calendars: Iterable[Calendar], worths: Sequence[Worth]
) -> tuple[PoolPrice, ...]:
    """The prices of all pools of which every member is worth something at some time."""
    worth_of = {name: each.prices for each in worths for name in each.members}
    found = []
    for calendar in calendars:
        for pool, those in _pools(calendar).items():
            priced = [(each, worth_of.get(ids.of(pool.yard, each), {})) for each in those]
            cny = tuple(_cheapest(grid, calendar, priced))
            if any(cny):
                skills = tuple(sorted(pool.skills))
                found.append(PoolPrice(yard=pool.yard, sort=pool.sort, name=pool.name,
                                       skills=skills, origin=grid.origin, cny=cny))  # fmt: skip
    return tuple(found)


def table(priced: Iterable[PoolPrice]) -> Prices:
    """The table of the offers; of two prices of a pool the later one counts."""
    latest = {
        Pool(each.yard, each.sort, each.name, frozenset(each.skills)): each for each in priced
    }
    if not latest:
        return pricing.FREE
    origin = min(each.origin for each in latest.values())
    return pricing.table(origin, {pool: _from(each, origin) for pool, each in latest.items()})


def _from(priced: PoolPrice, origin: Instant) -> Sequence[Decimal]:
    before = (priced.origin - origin) // STEP
    return (NOTHING,) * before + priced.cny


def _pools(calendar: Calendar) -> Mapping[Pool, list[Resource]]:
    yard = calendar.yard
    found: dict[Pool, list[Resource]] = {}
    everything: tuple[Resource, ...] = (*yard.bays, *yard.teams, *yard.gear)
    for each in everything:
        found.setdefault(pricing.pool_of(yard.code, each), []).append(each)
    return found


def _cheapest(
    grid: Grid, calendar: Calendar, priced: Sequence[tuple[Resource, Mapping[int, Decimal]]]
) -> Iterator[Decimal]:
    """Of those of a pool that are free in a slot the cheapest: the offers take that one."""
    free = [(grid.cells(calendar, calendar.free(each)), prices) for each, prices in priced]
    for slot in range(grid.end):
        there = [prices.get(slot, NOTHING) for cells, prices in free if cells >> slot & 1]
        yield min(there, default=NOTHING)
