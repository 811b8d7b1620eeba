"""What bays and teams are worth, slot by slot, and what one more of them would save."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.booking.optimizer.problem import Bay, Team

CHECKED = 3
"""Of how many things that could be added it is tried what they save: of those worth most."""


@dataclass(frozen=True)
class Worth:
    """What one of a pool is worth, CNY for each slot; slots in which it is worth nothing are left
    out. `agency` is None for bays, `abilities` are their kinds or a team's skills.
    """

    yard: str
    agency: str | None
    abilities: frozenset[str]
    members: tuple[str, ...]
    prices: Mapping[int, Decimal]


@dataclass(frozen=True)
class Help:
    """One more bay or team like that one. CNY over the horizon: `worth` by the prices, `saved`
    by a plan with it against the plan without it.
    """

    like: Bay | Team
    worth: Decimal
    saved: Decimal


def worth(resource: Bay | Team, of: Iterable[Worth]) -> Decimal:
    """What one more such bay or team would be worth, CNY: a first estimate of what it saves.

    In each slot of its hours it can stand in for the dearest of those that can do no more than it.
    """
    agency, abilities, hours = (
        (None, resource.kinds, resource.open)
        if isinstance(resource, Bay)
        else (resource.agency, resource.skills, resource.shifts)
    )
    dearest: dict[int, Decimal] = defaultdict(Decimal)
    for each in of:
        if (each.yard, each.agency) == (resource.yard, agency) and each.abilities <= abilities:
            for slot, price in each.prices.items():
                dearest[slot] = max(dearest[slot], price)
    return sum(
        (price for t, price in dearest.items() if any(a <= t < b for a, b in hours)), Decimal(0)
    )
