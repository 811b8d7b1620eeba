"""Which resources a slot takes, by its start: the cheapest that are free."""

import functools
import operator
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache

from services.booking.domain import calendar as cal
from services.booking.domain import parts
from services.booking.domain import prices as pricing
from services.booking.domain.calendar import Calendar
from services.booking.domain.memo import Beginnings
from services.booking.domain.parts import Part, Want
from services.booking.domain.prices import NOTHING, Pool, Prices
from services.booking.domain.resources import Resource, Sort, Team
from shared.contracts.values import Slot, TeamPlace

NOBODY: frozenset[int] = frozenset()


@lru_cache(maxsize=10_000)
def _team_place(agency: str, team: str) -> TeamPlace:
    return TeamPlace(agency=agency, team=team)


class Pick:
    """For one want and one calendar."""

    def __init__(
        self,
        calendar: Calendar,
        want: Want,
        *,
        late: bool,
        prefer: frozenset[int] = NOBODY,
        prices: Prices = pricing.FREE,
    ) -> None:
        self.late = late
        self.calendar = calendar
        self.want = want
        self.length = cal.cells_of(want.minutes)
        self._asked = calendar.memo.of(want)
        self._prefer = prefer
        self._prices = prices

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return parts.of(self.calendar.yard, self.want)

    def begins(self) -> int:
        """The cells at which bay, teams and gear are free together; none without a need."""
        if not self.want.needs:
            return 0
        known = self._asked.begins.get(self.late)
        if known is None:
            every = (self._beginnings(part).any for part in self._parts)
            known = self._asked.begins[self.late] = functools.reduce(operator.and_, every)
        return known

    def _beginnings(self, part: Part) -> Beginnings:
        return parts.beginnings(self.calendar, part, self.length, late=self.late)

    def taken(self, cell: int) -> list[tuple[Part, Resource]]:
        """What is taken for a feasible start, part by part; no gear on days without."""
        found: list[tuple[Part, Resource]] = []
        for part in self._parts:
            place = self._place(part, cell)
            if place is not None:
                found += ((part, each) for each in part.together(place))
        return found

    def _place(self, part: Part, cell: int) -> int | None:
        """Which of the part's resources is taken."""
        beginnings = self._beginnings(part)
        if self.late or self._prefer or self._prices.sums:
            able = (place for place, mask in enumerate(beginnings.masks) if mask >> cell & 1)
            return min(able, key=lambda place: self._rank(part.able[place], cell), default=None)
        return beginnings.first(cell)

    def price(self, cell: int) -> Decimal:
        """What its resources are worth to others, CNY."""
        if not self._prices.sums:
            return NOTHING
        if self.late or self._prefer or self.want.bays > 1:
            return sum((self._worth(each, cell) for _, each in self.taken(cell)), NOTHING)
        begins = self.calendar.start_of(cell)
        return sum((self._least(some, cell, begins) for some in self._alike), NOTHING)

    @cached_property
    def _alike(self) -> list[dict[Pool, int]]:
        """For each part the cells at which one of a pool is free: a pool has one price."""
        return [self._by_pool(part) for part in self._parts]

    def _by_pool(self, part: Part) -> dict[Pool, int]:
        found: dict[Pool, int] = {}
        masks = self._beginnings(part).masks
        for each, mask in zip(part.able, masks, strict=True):
            pool = pricing.pool_of(self.calendar.yard.code, each)
            found[pool] = found.get(pool, 0) | mask
        return found

    def _least(self, pools: Mapping[Pool, int], cell: int, begins: datetime) -> Decimal:
        """The price of the cheapest that is free; of gear that the yard has not, nothing."""
        free = (pool for pool, mask in pools.items() if mask >> cell & 1)
        return min((self._prices.of(pool, begins, self.length) for pool in free), default=NOTHING)

    def overtime(self, cell: int) -> int:
        """The cells that its teams stay beyond their shifts, together."""
        if not self.late:
            return 0
        whole = ((1 << self.length) - 1) << cell
        teams = (each for _, each in self.taken(cell) if isinstance(each, Team))
        return sum((whole & ~self.calendar.up(team)).bit_count() for team in teams)

    def at(self, cell: int) -> Slot:
        """The slot that begins with a feasible cell; kept where nobody and nothing is preferred."""
        if self.late or self._prefer or self._prices.sums:
            return self._made(cell)
        known = self._asked.slots.get(cell)
        if known is None:
            known = self._asked.slots[cell] = self._made(cell)
        return known

    def _made(self, cell: int) -> Slot:
        begins = self.calendar.start_of(cell)
        taken = self.taken(cell)
        bays = [each.code for part, each in taken if part.sort is Sort.BAY]
        return Slot(
            yard=self.calendar.yard.code,
            bay=bays[0],
            beside=tuple(bays[1:]),
            teams=tuple(
                _team_place(part.name, each.code) for part, each in taken if part.sort is Sort.TEAM
            ),
            gear=tuple(each.code for part, each in taken if part.sort is Sort.GEAR),
            starts=begins,
            ends=begins + timedelta(minutes=self.want.minutes),
        )

    def _worth(self, resource: Resource, cell: int) -> Decimal:
        pool = pricing.pool_of(self.calendar.yard.code, resource)
        return self._prices.of(pool, self.calendar.start_of(cell), self.length)

    def _rank(self, resource: Resource, cell: int) -> tuple[bool, int, Decimal]:
        """Preferred ones first, then by the overtime it would work, then by its price."""
        extra = 0
        if self.late:
            whole = ((1 << self.length) - 1) << cell
            extra = (whole & ~self.calendar.up(resource)).bit_count()
        worth = self._worth(resource, cell) if self._prices.sums else NOTHING
        return resource.id not in self._prefer, extra, worth
