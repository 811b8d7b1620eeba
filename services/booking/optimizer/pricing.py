"""The bound's prices in CNY."""

from decimal import Decimal

import numpy as np

from services.booking.optimizer.bound import Bound
from services.booking.optimizer.modelling import Model
from services.booking.optimizer.worth import Worth

CENT = Decimal("0.01")


def worths(model: Model, bound: Bound) -> tuple[Worth, ...]:
    """What each pool is worth where it is scarce at all; nothing before prices are found."""
    if not bound.prices.size:
        return ()
    scale = model.frame.scale
    found = []
    for pool, prices in zip(model.pools, bound.prices, strict=True):
        cny = {int(t): _money(prices[t], scale) for t in np.flatnonzero(prices > 0)}
        dear = {t: price for t, price in cny.items() if price}
        if dear:
            found.append(Worth(pool.yard, pool.agency, pool.abilities, pool.members, dear))
    return tuple(found)


def _money(price: float, scale: int) -> Decimal:
    return (Decimal(float(price)) / scale).quantize(CENT)
