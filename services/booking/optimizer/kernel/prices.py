"""The relaxed problem: capacity may be exceeded at a price, so every request chooses by itself."""

import numpy as np

from services.booking.optimizer.kernel import places
from services.booking.optimizer.kernel.compiled import entry, inner

NEVER = 1e18


@entry
def evaluate(frame, market):
    """What the relaxed problem costs at the market's prices, in the frame's money.

    No plan costs less, where each request counts once. Leaves in `market.use` how much of each
    pool is wanted in each slot.
    """
    total = -_open_market(frame, market)
    _price_needs(frame, market)
    _price_profiles(frame, market)
    for j in range(len(frame.duration)):
        price, yard, start = _cheapest(frame, market, j)
        total += market.often[j] * price
        market.start[j] = start
        if yard >= 0:
            _use(frame, market, j, yard, start)
    return total


@entry
def move_prices(market, inertia, reach):
    """Moves prices along the excess of use over capacity, mixed with where they moved last.

    `reach` is the step's length times the squared length of the direction (Polyak). Returns
    false if nothing is exceeded or left over at a price.
    """
    squared = 0.0
    for g in range(market.price.shape[0]):
        for t in range(market.price.shape[1]):
            x = (1 - inertia) * (market.use[g, t] - market.room[g, t])
            x += inertia * market.direction[g, t]
            market.direction[g, t] = x
            if x > 0 or market.price[g, t] > 0:
                squared += x * x
    if squared <= 0:
        return False
    for g in range(market.price.shape[0]):
        for t in range(market.price.shape[1]):
            price = market.price[g, t] + reach / squared * market.direction[g, t]
            market.price[g, t] = max(0.0, price)
    return True


@inner
def _open_market(frame, market):
    """Sums prices up along time; returns what all capacity is worth."""
    worth = 0.0
    for g in range(market.price.shape[0]):
        for t in range(market.price.shape[1]):
            price = market.price[g, t]
            market.upto[g, t + 1] = market.upto[g, t] + price
            worth += price * market.room[g, t]
            market.use[g, t] = 0.0
    return worth


@inner
def _lane_price(frame, market, lane, start, length):
    g = frame.pool_of[lane]
    return market.upto[g, start + length] - market.upto[g, start]


@inner
def _price_needs(frame, market):
    """For each need, duration and start the price of the cheapest lane."""
    slots = market.price.shape[1]
    for need in range(len(market.need_at) - 1):
        for k in range(len(market.durations)):
            length = market.durations[k]
            for t in range(slots):
                market.need_price[need, k, t] = NEVER
            for e in range(market.need_at[need], market.need_at[need + 1]):
                lane = market.need_lane[e]
                for t in range(slots - length + 1):
                    if market.can_start[lane, k, t]:
                        price = _lane_price(frame, market, lane, t, length)
                        if price < market.need_price[need, k, t]:
                            market.need_price[need, k, t] = price


@inner
def _price_profiles(frame, market):
    """For each profile, yard, duration and start the price of all that is needed."""
    for p in range(frame.needed.shape[0]):
        for k in range(len(market.durations)):
            if not market.occurs[p, k]:
                continue
            for yard in range(frame.yards):
                for t in range(market.price.shape[1]):
                    total = 0.0
                    for c in range(frame.classes):
                        need = market.need_of[p, yard, c]
                        if need >= 0:
                            total += market.need_price[need, k, t]
                    market.profile_price[p, yard, k, t] = total


@inner
def _cheapest(frame, market, j):
    """(cost and price, yard, start) of what request j would choose; -1 to stay without."""
    least, at_yard, at = float(frame.left_out), np.int64(-1), np.int64(-1)
    p, k, length = frame.profile[j], market.duration_of[j], frame.duration[j]
    available = frame.available[j]
    changed = float(frame.change[j]) if frame.kept_start[j] >= 0 else 0.0
    if frame.kept_start[j] >= available:
        yard, t = frame.kept_yard[j], frame.kept_start[j]
        cost = places.cost(frame, j, yard, t) + market.profile_price[p, yard, k, t]
        if cost < least:
            least, at_yard, at = cost, yard, t
    for yard in range(frame.yards):
        moved = changed if yard == frame.home[j] else changed + float(frame.move[j])
        for t in range(available, market.price.shape[1] - length + 1):
            cost = moved + frame.wait[j] * (t - available)
            late = t + length - frame.due[j]
            if late > 0:
                cost += frame.late[j] * late
            if cost >= least:
                break
            cost += market.profile_price[p, yard, k, t]
            if cost < least:
                least, at_yard, at = cost, np.int64(yard), np.int64(t)
    return least, at_yard, at


@inner
def _use(frame, market, j, yard, start):
    """Counts request j's use of the cheapest lanes of its choice."""
    k, length = market.duration_of[j], frame.duration[j]
    for c in range(frame.classes):
        need = market.need_of[frame.profile[j], yard, c]
        if need < 0:
            continue
        least, pick = NEVER, -1
        for e in range(market.need_at[need], market.need_at[need + 1]):
            lane = market.need_lane[e]
            if market.can_start[lane, k, start]:
                price = _lane_price(frame, market, lane, start, length)
                if price < least:
                    least, pick = price, lane
        for t in range(start, start + length):
            market.use[frame.pool_of[pick], t] += market.often[j]
