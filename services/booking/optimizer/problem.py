"""What is planned: requests, and the bays and teams that can serve them, on a grid of slots.

A slot is a step of the grid (15 minutes in our yards); slots are counted from the start of the
horizon. Costs are in CNY.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

Stretch = tuple[int, int]
"""From a slot up to, but without, another."""

LEFT_OUT = Decimal(100_000)
"""What a request costs that gets no slot, CNY: more than any wait in a horizon of weeks."""


@dataclass(frozen=True)
class Bay:
    """A place of a yard for one consignment at a time, whenever the yard is open."""

    id: str
    yard: str
    kinds: frozenset[str]
    open: tuple[Stretch, ...]


@dataclass(frozen=True)
class Team:
    """An agency's team of a yard: what it can do, and when it is on duty."""

    id: str
    yard: str
    agency: str
    skills: frozenset[str]
    shifts: tuple[Stretch, ...]


@dataclass(frozen=True)
class Place:
    """The slot of one request: where, with whom, and from which slot on."""

    start: int
    yard: str
    bay: str
    teams: Mapping[str, str]
    """Agency -> team."""


@dataclass(frozen=True)
class Request:
    """A consignment that wants one slot: one bay, and one team of each agency it names.

    `needs` has the skills that each agency's team must have. `available` is the earliest start,
    `due` the end of free time; `requested` orders requests as they came in. A slot costs
    `wait_weight` for each slot from `available` to the start, `late_weight` for each slot by
    which it ends after `due`, and `move_cost` in any other yard than `home_yard`. What has a
    booking costs `change_cost` besides if it starts at another time or in another yard; another
    bay or team is no change to anybody but the yard.
    """

    id: str
    requested: Decimal
    available: int
    duration: int
    due: int
    home_yard: str
    bay_kind: str
    needs: Mapping[str, frozenset[str]]
    wait_weight: Decimal
    late_weight: Decimal
    move_cost: Decimal
    booked: Place | None = None
    change_cost: Decimal = Decimal(0)
    yards: frozenset[str] | None = None
    """The yards that may serve it; None: all."""

    def admits(self, yard: str) -> bool:
        """May it be served in that yard?"""
        return self.yards is None or yard in self.yards

    def cost(self, start: int, yard: str) -> Decimal:
        """What a slot costs, CNY."""
        late = max(0, start + self.duration - self.due)
        cost = self.wait_weight * (start - self.available) + self.late_weight * late
        if yard != self.home_yard:
            cost += self.move_cost
        return cost + (self.change_cost if self.changed(start, yard) else 0)

    def changed(self, start: int, yard: str) -> bool:
        """Is that another slot than the one that is booked?"""
        return self.booked is not None and (start, yard) != (self.booked.start, self.booked.yard)


@dataclass(frozen=True)
class Problem:
    """Everything that one plan covers. A slot lies within one day of `slots_per_day` slots."""

    slots_per_day: int
    days: int
    yards: tuple[str, ...]
    bays: tuple[Bay, ...]
    teams: tuple[Team, ...]
    requests: tuple[Request, ...]

    @property
    def horizon(self) -> int:
        """The slot after the last."""
        return self.slots_per_day * self.days

    @property
    def agencies(self) -> tuple[str, ...]:
        """All that have teams or are wanted, in the order of their names."""
        wanted = {agency for request in self.requests for agency in request.needs}
        return tuple(sorted(wanted | {team.agency for team in self.teams}))


def dearest(problem: Problem) -> Decimal:
    """What it costs to be left out, CNY: no slot of the horizon costs a request more.

    Cargo that is overdue for months costs more than LEFT_OUT wherever it goes.
    """
    alone = (replace(each, booked=None) for each in problem.requests)
    return max((LEFT_OUT, *(each.cost(problem.horizon, "elsewhere") for each in alone)))
