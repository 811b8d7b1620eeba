"""What planning comes to: a plan, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.booking.optimizer.lacks import Lack
from services.booking.optimizer.problem import Place, Problem
from services.booking.optimizer.worth import Worth


@dataclass(frozen=True)
class Plan:
    """Slots for requests, with what they cost and how much better a plan could be at most.

    `objective` and `bound` are in CNY: no plan of the problem costs less than `bound`.
    `unscheduled` has the requests that got no slot, each with the reason; `moved` those that have
    another slot than is booked, `broken` those whose booking cannot be kept whatever is planned.
    `worths` are the prices that prove the bound.
    """

    places: Mapping[str, Place]
    unscheduled: Mapping[str, Lack]
    moved: frozenset[str]
    broken: frozenset[str]
    objective: Decimal
    bound: Decimal
    seconds: float
    seed: int
    turns: int
    worths: tuple[Worth, ...] = ()

    @property
    def gap(self) -> float:
        """By which share of its cost the plan is above the bound, at most. 0 is optimal."""
        if not self.objective:
            return 0.0
        return float((self.objective - self.bound) / self.objective)


@dataclass(frozen=True)
class NoPlan:
    """No request can have a slot: for each, what it lacks. Empty where nothing was asked."""

    lacks: Mapping[str, Lack]


Outcome = Plan | NoPlan


def objective(problem: Problem, places: Mapping[str, Place], left_out: Decimal) -> Decimal:
    """What places cost, CNY, from the requests themselves."""
    total = Decimal(0)
    for request in problem.requests:
        place = places.get(request.id)
        total += left_out if place is None else request.cost(place.start, place.yard)
    return total
