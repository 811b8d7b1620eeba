"""What a quarter hour of a scarce resource is worth to others: CNY by pool, filled by a planner.

A pool is all that is alike: bays of a kind in a yard, teams of an agency with the same skills.
What is not in the table costs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate

from services.booking.domain.calendar import STEP
from services.booking.domain.resources import Bay, Resource, Sort, Team, sort_of

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Pool:
    """Resources of a yard that are alike: `name` is the bay's kind, the agency, the gear's kind."""

    yard: str
    sort: Sort
    name: str
    skills: frozenset[str] = frozenset()


def pool_of(yard: str, resource: Resource) -> Pool:
    """The pool of a resource."""
    if isinstance(resource, Bay):
        return Pool(yard, Sort.BAY, resource.kind.value)
    if isinstance(resource, Team):
        return Pool(yard, Sort.TEAM, resource.agency, resource.skills)
    return Pool(yard, sort_of(resource), resource.kind)


@dataclass(frozen=True)
class Prices:
    """The table from `origin` (UTC, on a quarter hour); `sums` are running totals of each pool."""

    origin: datetime
    sums: Mapping[Pool, tuple[Decimal, ...]]

    def of(self, pool: Pool, starts: datetime, cells: int) -> Decimal:
        """What so many quarter hours of one of the pool cost, CNY."""
        sums = self.sums.get(pool)
        if sums is None:
            return NOTHING
        last = len(sums) - 1
        first = (starts - self.origin) // STEP
        return sums[min(max(first + cells, 0), last)] - sums[min(max(first, 0), last)]


def table(origin: datetime, cny: Mapping[Pool, Sequence[Decimal]]) -> Prices:
    """The table of what each quarter hour from `origin` on costs, pool by pool."""
    return Prices(
        origin, {pool: tuple(accumulate(each, initial=NOTHING)) for pool, each in cny.items()}
    )


FREE = Prices(datetime.min.replace(tzinfo=UTC), {})
"""Nothing is scarce."""
