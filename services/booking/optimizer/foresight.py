"""What bays and teams are worth to requests that are known and to those that are yet to come.

A first come first served calendar gives an early slot to whoever asks first. Offers at these
prices leave it to those who lose most by waiting, though they have not asked yet: the prices are
those of the relaxed problem in which each expected request counts as often as it is expected.
After the bid prices of revenue management (Talluri and van Ryzin, "An Analysis of Bid-Price
Controls for Network Revenue Management", Management Science 44 (1998)).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from services.booking.optimizer import bound as bounding
from services.booking.optimizer import modelling, pricing
from services.booking.optimizer.bound import Floats, Pace
from services.booking.optimizer.budget import Budget, Spent
from services.booking.optimizer.frame import Frame
from services.booking.optimizer.modelling import Model
from services.booking.optimizer.outlook import Outlook
from services.booking.optimizer.problem import Stretch, dearest
from services.booking.optimizer.worth import Worth

TURNS = 400
SETTLED = 0.5
"""After this share of the turns prices are averaged: many prices prove the same bound, those where
the search happens to end are at an edge of them, and their mean is not."""

PACE = Pace(0.5, 10, 0.7)
PRUDENCE = Decimal("1.5")
"""By how much a price is raised: the relaxed problem cuts hours up without loss, and bookings do
not. Tuned on instances of 1,000 requests."""


def worths(
    outlook: Outlook,
    *,
    seconds: float | None = None,
    turns: int = TURNS,
) -> tuple[Worth, ...]:
    """What each pool is worth, CNY for each slot, to all requests together; within `seconds`."""
    known, expected = outlook.problem.requests, outlook.expected
    everything = replace(outlook.problem, requests=(*known, *expected))
    if not everything.requests:
        return ()
    model = modelling.build(everything, dearest(everything))
    often = np.concatenate([np.ones(len(known)), np.full(len(expected), outlook.share)])
    search = bounding.begin(model.frame, PACE, often=often)
    _take(model, search.market.room, outlook.taken)
    far = _far(model.frame, often)
    spent, prices = Spent(Budget(seconds, turns)), []
    while spent.share < 1:
        search.improve(1, int(max(0.0, search.best) + far))
        spent.turns += 1
        if spent.share > SETTLED:
            prices.append(search.market.price.copy())
    search.prices = np.mean(prices, axis=0)
    return tuple(_raised(each) for each in pricing.worths(model, search))


def _take(model: Model, room: Floats, taken: Mapping[str, Sequence[Stretch]]) -> None:
    """Takes out of what a pool has in each slot those of its members that are not free."""
    for row, pool in zip(room, model.pools, strict=True):
        for member in pool.members:
            for first, end in taken.get(member, ()):
                row[first:end] -= 1
    np.maximum(room, 0, out=room)


def _far(frame: Frame, often: Floats) -> float:
    """How far the relaxed problem's value may be from the best: as if each waited its length."""
    return float(np.sum(often * frame.weight * frame.duration))


def _raised(found: Worth) -> Worth:
    return replace(found, prices={t: price * PRUDENCE for t, price in found.prices.items()})
