"""One queue: requests one after the other without a gap, in the best order.

Iterated local search with the moves of dynasearch (swap two, move one past others; Congram, Potts
and van de Velde, INFORMS J. Comput. 14 (2002)): after a few swaps at random the order is improved
until no move helps, and kept if it is no worse.
"""

import numpy as np

from services.booking.optimizer.kernel import chance as ch
from services.booking.optimizer.kernel.compiled import entry, inner

SHAKES = 6
"""Random swaps before each descent."""

PAST, SWAP, AHEAD = 1, 2, 3
"""The moves."""

NEAR = 10
"""How far apart the two of a random swap are at most."""


@entry
def improve(line, order, best, rounds, chance):
    """Rounds of shaking and descent; `best` is the best order so far. Returns its cost."""
    n = len(order)
    least = total(line, best)
    copy(order, best)
    descend(line, order)
    now = total(line, order)
    if now < least:
        least = now
        copy(best, order)
    for _ in range(rounds):
        if n < 2 or least == 0:
            break
        for _ in range(SHAKES):
            i = ch.below(chance, n)
            k = min(n - 1, i + 1 + ch.below(chance, NEAR))
            order[i], order[k] = order[k], order[i]
        descend(line, order)
        now = total(line, order)
        if now <= least:
            least = now
            copy(best, order)
        else:
            copy(order, best)
    return least


@entry
def cost_of(line, order):
    """What an order costs."""
    return total(line, order)


@inner
def copy(to, source):
    """Copies an order; a slice would need to allocate."""
    for i in range(len(source)):
        to[i] = source[i]


@inner
def price(line, j, start):
    """What request j costs if it starts at a slot."""
    cost = line.wait[j] * start
    late = start + line.duration[j] - line.due[j]
    if late > 0:
        cost += line.late[j] * late
    return cost


@inner
def total(line, order):
    """What an order costs."""
    cost, start = np.int64(0), np.int64(0)
    for j in order:
        cost += price(line, j, start)
        start += line.duration[j]
    return cost


@inner
def descend(line, order):
    """Makes the best move of each place in turn until none helps."""
    n = len(order)
    moved = True
    while moved:
        moved = False
        start = np.int64(0)
        for i in range(n - 1):
            if _best_of(line, order, i, start):
                moved = True
            start += line.duration[order[i]]


@inner
def _best_of(line, order, i, start):
    """Makes the best move of the request at i with a later one; true if one helps.

    For each k: `between` is what i + 1 .. k - 1 cost now, `forward` what they cost moved up by
    the length of the request at i.
    """
    a = order[i]
    length = line.duration[a]
    best, kind, to = np.int64(0), 0, 0
    between, forward = np.int64(0), np.int64(0)
    at = start + length
    for k in range(i + 1, len(order)):
        b = order[k]
        end = at + line.duration[b]
        old = price(line, a, start) + between + price(line, b, at)
        forward += price(line, b, at - length)
        gain = forward + price(line, a, end - length) - old
        if gain < best:
            best, kind, to = gain, PAST, k
        first = price(line, b, start)
        gain = _with_others(
            line, order, i, k, start + line.duration[b],
            first + price(line, a, end - length), best + old,
        ) - old  # fmt: skip
        if gain < best:
            best, kind, to = gain, SWAP, k
        after_b = start + line.duration[b]
        gain = _with_others(
            line, order, i, k, after_b + length, first + price(line, a, after_b), best + old
        ) - old  # fmt: skip
        if gain < best:
            best, kind, to = gain, AHEAD, k
        between += price(line, b, at)
        at = end
    _move(order, i, kind, to)
    return kind > 0


@inner
def _with_others(line, order, i, k, start, cost, limit):
    """`cost` and that of all between i and k from a slot on; stops once it reaches `limit`."""
    for m in range(i + 1, k):
        if cost >= limit:
            return cost
        cost += price(line, order[m], start)
        start += line.duration[order[m]]
    return cost


@inner
def _move(order, i, kind, to):
    """Moves the request at i past `to`, swaps the two, or moves the one at `to` ahead of it."""
    a, b = order[i], order[to]
    if kind == PAST:
        for m in range(i, to):
            order[m] = order[m + 1]
        order[to] = a
    elif kind == SWAP:
        order[i], order[to] = b, a
    elif kind == AHEAD:
        for m in range(to, i, -1):
            order[m] = order[m - 1]
        order[i] = b
