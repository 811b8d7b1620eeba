"""Ruin and recreate, accepted as in annealing: the local search.

A round takes a request and some others in its way out of the plan, puts them back one by one,
each into the cheapest place that is then free, and keeps the result if it is not too much dearer.
After Schrimpf et al., "Record Breaking Optimization Results Using the Ruin and Recreate
Principle", J. Comput. Phys. 159 (2000), and Christiaens and Vanden Berghe, "Slack Induction by
String Removals", Transportation Science 54 (2020): small ruins near each other, orders at random,
now and then a place passed over.
"""

import numpy as np

from services.booking.optimizer.kernel import chance as ch
from services.booking.optimizer.kernel import places
from services.booking.optimizer.kernel.compiled import entry, inner

PULLING = 0.8
BESIDE = 0.9
"""Below PULLING a round pulls a request to an earlier time, below BESIDE it clears the time where
the request is, and else it mixes what is near, whether in its way or not."""

OTHER_YARD = 0.5
SKIP = 0.01
REACH = 8
"""The shares of rounds that look into another yard and of starts that are passed over; and by how
many slots a round looks past the request. All tuned on instances of 1,000 and 2,000 requests."""

NEVER = 1 << 40
"""More than can ever move."""


@entry
def insert(frame, state, order, chance):
    """Gives each request in turn the best place that is still free; returns what all cost."""
    total = np.int64(0)
    for j in order:
        price, yard, start = places.best(
            frame, state, j, 0, frame.days, np.int64(frame.left_out), chance, 0.0
        )
        if yard >= 0:
            places.choose(frame, state, j, yard, start, chance)
            places.take(frame, state, j, yard, start)
        total += price
    return total


@entry
def anneal(
    frame, state, jobs, first_day, last_day, temperature, rounds, most, room, chance, scratch
):
    """Rounds of ruin and recreate among `jobs`, within days; returns by how much the cost changed.

    Other requests of these days may be in `jobs` or not, but nothing outside of the days is read
    or written, so that two threads can work on different days of one state. At most `most`
    requests besides the first are taken out, and the number of those that have another slot than
    is booked grows by at most `room`; none that is booked is left out.
    """
    change = np.int64(0)
    for _ in range(rounds):
        j = jobs[ch.below(chance, len(jobs))]
        kind = ch.share(chance)
        if kind < PULLING and places.current(frame, state, j) == 0:
            continue
        n = _gather(frame, state, j, kind, first_day, last_day, most, chance, scratch)
        moved = _moved(frame, state, n, scratch)
        before = _take_out(frame, state, n, scratch)
        first = 1 if kind < PULLING else 0
        _order(frame, n, first, chance, scratch)
        limit = before + np.int64(-temperature * np.log(ch.share(chance) + 1e-300))
        after, tried = _put_back(frame, state, n, limit, first_day, last_day, chance, scratch)
        moved = _moved(frame, state, n, scratch) - moved if after <= limit else 0
        if after > limit or (moved > 0 and moved > room):
            _undo(frame, state, n, tried, scratch)
        else:
            change += after - before
            room -= moved
    return change


@inner
def _moved(frame, state, n, scratch):
    """How many of those gathered have another slot than is booked; far too many if one has none."""
    moved = np.int64(0)
    for i in range(n):
        q = scratch.out[i]
        if places.changed(frame, q, state.yard[q], state.start[q]):
            moved += 1 if state.start[q] >= 0 else NEVER
    return moved


@inner
def _aim(frame, state, j, kind, first_day, last_day, chance):
    """(yard, slot) that a round is about: where request j is, or where it would rather be."""
    yard, at = state.yard[j], state.start[j]
    if at < 0:
        low = max(first_day * frame.width, frame.available[j])
        room = max(1, last_day * frame.width - low)
        return np.int64(ch.below(chance, frame.yards)), low + ch.below(chance, room)
    if kind < PULLING and at > frame.available[j]:
        share = ch.share(chance)
        at = max(frame.available[j], at - 1 - np.int64(share * share * (at - frame.available[j])))
    if ch.share(chance) < OTHER_YARD:
        yard = np.int64(ch.below(chance, frame.yards))
    return yard, at


@inner
def _gather(frame, state, j, kind, first_day, last_day, most, chance, scratch):
    """Fills `scratch.out` with request j and up to `most` others near its aim."""
    yard, at = _aim(frame, state, j, kind, first_day, last_day, chance)
    if kind < BESIDE:
        low = at - frame.longest + 1
        high = at + frame.duration[j] + ch.below(chance, REACH)
    else:
        width = 1 + ch.below(chance, REACH)
        low, high = at - width, at + width
    scratch.out[0] = j
    want = 1 + ch.below(chance, most)
    n, seen = 1, 0
    for t in range(max(first_day * frame.width, low), min(last_day * frame.width, high)):
        q = state.head[yard, t]
        while q >= 0:
            if q != j and (kind >= BESIDE or _in_the_way(frame, state, j, yard, q, t, at)):
                seen += 1
                if n <= want:
                    scratch.out[n] = q
                    n += 1
                else:
                    k = ch.below(chance, seen)
                    if k < want:
                        scratch.out[1 + k] = q
            q = state.after[q]
    return n


@inner
def _in_the_way(frame, state, j, yard, q, start, at):
    """Does q, from `start` on, last beyond `at` and use the last of a pool that j could use?"""
    if start + frame.duration[q] <= at:
        return False
    day = start // frame.width
    bit = start - day * frame.width
    for c in range(frame.classes):
        pool = state.pool[q, c]
        if pool < 0:
            continue
        top = state.used[pool, day, bit >> 6, frame.capacity[pool] - 1]
        if (top >> np.uint64(bit & 63)) & np.uint64(1) == 0:
            continue
        i = places.able(frame, j, yard, c)
        for e in range(frame.choice_at[i], frame.choice_at[i + 1]):
            if frame.pool_of[frame.choice[e]] == pool:
                return True
    return False


@inner
def _take_out(frame, state, n, scratch):
    """Takes what was gathered out, keeps where it was, returns what it cost."""
    before = np.int64(0)
    for i in range(n):
        q = scratch.out[i]
        before += places.current(frame, state, q)
        scratch.old[i, 0] = q
        scratch.old[i, 1] = state.start[q]
        scratch.old[i, 2] = state.yard[q]
        for c in range(frame.classes):
            scratch.old[i, 3 + c] = state.pool[q, c]
        if state.start[q] >= 0:
            places.leave(frame, state, q)
    return before


@inner
def _order(frame, n, first, chance, scratch):
    """In which order they are put back: at random, by weight for each slot, or by weight."""
    rule = ch.below(chance, 3)
    for i in range(n):
        q = scratch.out[i]
        share = ch.share(chance)
        if rule == 0:
            scratch.key[i] = share
        elif rule == 1:
            scratch.key[i] = -frame.weight[q] / frame.duration[q] * (0.7 + 0.6 * share)
        else:
            scratch.key[i] = -frame.weight[q] * (0.7 + 0.6 * share)
    for i in range(first + 1, n):
        q, key = scratch.out[i], scratch.key[i]
        h = i - 1
        while h >= first and scratch.key[h] > key:
            scratch.out[h + 1], scratch.key[h + 1] = scratch.out[h], scratch.key[h]
            h -= 1
        scratch.out[h + 1], scratch.key[h + 1] = q, key


@inner
def _put_back(frame, state, n, limit, first_day, last_day, chance, scratch):
    """Puts them back while it costs no more than `limit`; returns the cost and how many."""
    after = np.int64(0)
    for i in range(n):
        q = scratch.out[i]
        most = min(np.int64(frame.left_out), limit - after + 1)
        price, yard, start = places.best(frame, state, q, first_day, last_day, most, chance, SKIP)
        after += price
        if yard >= 0:
            places.choose(frame, state, q, yard, start, chance)
            places.take(frame, state, q, yard, start)
        elif after > limit:
            return after, i
    return after, n


@inner
def _undo(frame, state, n, tried, scratch):
    """Everything as it was before the round."""
    for i in range(tried):
        if state.start[scratch.out[i]] >= 0:
            places.leave(frame, state, scratch.out[i])
    for i in range(n):
        q = scratch.old[i, 0]
        if scratch.old[i, 1] >= 0:
            for c in range(frame.classes):
                state.pool[q, c] = scratch.old[i, 3 + c]
            places.take(frame, state, q, scratch.old[i, 2], scratch.old[i, 1])
