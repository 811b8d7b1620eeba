"""One request on the grid: what a place costs, the best free one, taking it and leaving it."""

import numpy as np

from services.booking.optimizer.kernel import chance as ch
from services.booking.optimizer.kernel import masks
from services.booking.optimizer.kernel.compiled import inner


@inner
def cost(frame, j, yard, start):
    """What request j costs in a yard from a slot on."""
    total = frame.wait[j] * (start - frame.available[j])
    late = start + frame.duration[j] - frame.due[j]
    if late > 0:
        total += frame.late[j] * late
    if yard != frame.home[j]:
        total += frame.move[j]
    if changed(frame, j, yard, start):
        total += frame.change[j]
    return total


@inner
def changed(frame, j, yard, start):
    """Is that another slot than the one that is booked? Having none at all is one."""
    kept = frame.kept_start[j]
    return kept >= 0 and (start != kept or yard != frame.kept_yard[j])


@inner
def current(frame, state, j):
    """What request j costs where it is now."""
    if state.start[j] < 0:
        return np.int64(frame.left_out)
    return cost(frame, j, state.yard[j], state.start[j])


@inner
def able(frame, j, yard, c):
    """The index into `choice_at` of the lanes of class c that serve request j in a yard."""
    return (frame.profile[j] * frame.yards + yard) * frame.classes + c


@inner
def openings(frame, state, j, yard, day, word):
    """The starts in a word of a day at which every class has a free lane."""
    found = np.uint64(0xFFFFFFFFFFFFFFFF)
    power = frame.power[j]
    length = frame.duration[j]
    for c in range(frame.classes):
        if not frame.needed[frame.profile[j], c]:
            continue
        i = able(frame, j, yard, c)
        free = np.uint64(0)
        for e in range(frame.choice_at[i], frame.choice_at[i + 1]):
            free |= masks.starts(state, frame.words, day, frame.choice[e], word, power, length)
        found &= free
        if found == 0:
            break
    return found


@inner
def earliest(frame, state, j, yard, first_day, last_day, limit, chance, skip):
    """The earliest free start in a yard that costs less than `limit`, or -1.

    Each start on the way is passed over with the probability `skip`.
    """
    available = frame.available[j]
    for day in range(max(first_day, available // frame.width), last_day):
        low = max(available, day * frame.width)
        if cost(frame, j, yard, low) >= limit:
            return np.int64(-1)
        first_word = (low - day * frame.width) >> 6
        for word in range(first_word, frame.words):
            found = openings(frame, state, j, yard, day, word)
            if word == first_word:
                found &= np.uint64(0xFFFFFFFFFFFFFFFF) << np.uint64((low - day * frame.width) & 63)
            while found != 0:
                if skip > 0 and ch.share(chance) < skip:
                    found &= found - np.uint64(1)
                    continue
                return np.int64(day * frame.width + word * 64 + masks.lowest(found))
    return np.int64(-1)


@inner
def booked_free(frame, state, j, first_day, last_day):
    """Is the booked slot of request j free, and within these days?"""
    start = frame.kept_start[j]
    day = start // frame.width
    if day < first_day or day >= last_day or start < frame.available[j]:
        return False
    bit = start - day * frame.width
    found = openings(frame, state, j, frame.kept_yard[j], day, bit >> 6)
    return (found >> np.uint64(bit & 63)) & np.uint64(1) != 0


@inner
def best(frame, state, j, first_day, last_day, limit, chance, skip):
    """(cost, yard, start) of the cheapest place below `limit`; yard and start are -1 for none.

    In a yard the earliest start is the cheapest, because no cost falls with time, except where
    the request is booked.
    """
    at_yard, at = np.int64(-1), np.int64(-1)
    if frame.kept_start[j] >= 0 and booked_free(frame, state, j, first_day, last_day):
        price = cost(frame, j, frame.kept_yard[j], frame.kept_start[j])
        if price < limit:
            limit, at_yard, at = price, frame.kept_yard[j], frame.kept_start[j]
    home = max(0, frame.home[j])
    for turn in range(frame.yards):
        yard = home + turn
        if yard >= frame.yards:
            yard -= frame.yards
        if yard != frame.home[j] and frame.move[j] >= limit:
            continue
        start = earliest(frame, state, j, yard, first_day, last_day, limit, chance, skip)
        if start >= 0:
            price = cost(frame, j, yard, start)
            if price < limit:
                limit, at_yard, at = price, yard, start
    return limit, at_yard, at


@inner
def choose(frame, state, j, yard, start, chance):
    """Picks a pool of each class for a free place: the narrowest, now and then another."""
    day = start // frame.width
    bit = start - day * frame.width
    for c in range(frame.classes):
        state.pool[j, c] = -1
        if not frame.needed[frame.profile[j], c]:
            continue
        pick = -1
        i = able(frame, j, yard, c)
        for e in range(frame.choice_at[i], frame.choice_at[i + 1]):
            lane = frame.choice[e]
            free = masks.starts(
                state, frame.words, day, lane, bit >> 6, frame.power[j], frame.duration[j]
            )
            if (free >> np.uint64(bit & 63)) & np.uint64(1) == 0:
                continue
            if pick < 0 or ch.below(chance, 8) == 0:
                pick = lane
        state.pool[j, c] = frame.pool_of[pick]


@inner
def take(frame, state, j, yard, start):
    """Puts request j into a place whose pools are chosen."""
    state.start[j] = start
    state.yard[j] = yard
    day = start // frame.width
    first = start - day * frame.width
    for c in range(frame.classes):
        pool = state.pool[j, c]
        if pool >= 0:
            _count_up(frame, state, pool, day, first, frame.duration[j])
    after = state.head[yard, start]
    state.after[j] = after
    state.before[j] = -1
    if after >= 0:
        state.before[after] = j
    state.head[yard, start] = j


@inner
def leave(frame, state, j):
    """Takes request j out of its place."""
    start = state.start[j]
    day = start // frame.width
    first = start - day * frame.width
    for c in range(frame.classes):
        pool = state.pool[j, c]
        if pool >= 0:
            _count_down(frame, state, pool, day, first, frame.duration[j])
    before, after = state.before[j], state.after[j]
    if before >= 0:
        state.after[before] = after
    else:
        state.head[state.yard[j], start] = after
    if after >= 0:
        state.before[after] = before
    state.start[j] = -1


@inner
def _count_up(frame, state, pool, day, first, length):
    """One more of a pool in use. `used[..., k]` has the slots where more than k are."""
    top = frame.capacity[pool] - 1
    full = False
    for word in range(first >> 6, ((first + length - 1) >> 6) + 1):
        x = masks.covered(word, first, length)
        for k in range(top + 1):
            carry = state.used[pool, day, word, k] & x
            state.used[pool, day, word, k] |= x
            if k == top:
                full = True
            x = carry
            if x == 0:
                break
    if full:
        masks.refresh(frame, state, pool, day)


@inner
def _count_down(frame, state, pool, day, first, length):
    """One fewer of a pool in use."""
    top = frame.capacity[pool] - 1
    freed = False
    for word in range(first >> 6, ((first + length - 1) >> 6) + 1):
        x = masks.covered(word, first, length)
        for k in range(top, -1, -1):
            here = state.used[pool, day, word, k] & x
            if here == 0:
                continue
            if k == top:
                freed = True
            state.used[pool, day, word, k] ^= here
            x &= ~here
            if x == 0:
                break
    if freed:
        masks.refresh(frame, state, pool, day)
