"""A search's state as a whole."""

import numpy as np

from services.booking.optimizer.kernel import masks, places
from services.booking.optimizer.kernel.compiled import entry, inner


@entry
def refresh_all(frame, state):
    """Works `runs` out for every pool and day."""
    for pool in range(len(frame.capacity)):
        for day in range(frame.days):
            masks.refresh(frame, state, pool, day)


@entry
def total(frame, state):
    """What a state costs."""
    cost = np.int64(0)
    for j in range(len(frame.duration)):
        cost += places.current(frame, state, j)
    return cost


@entry
def seat(frame, state, j, yard, start):
    """Puts request j there if the pools that `state.pool` names for it are free; was it so?"""
    day = start // frame.width
    bit = start - day * frame.width
    if start < frame.available[j] or bit + frame.duration[j] > frame.width:
        return False
    for c in range(frame.classes):
        if frame.needed[frame.profile[j], c] and not _serves(frame, state, j, yard, day, bit, c):
            return False
    places.take(frame, state, j, yard, start)
    return True


@inner
def _serves(frame, state, j, yard, day, bit, c):
    """Is the pool of class c one that serves request j, and free from that slot of a day on?"""
    i = places.able(frame, j, yard, c)
    for e in range(frame.choice_at[i], frame.choice_at[i + 1]):
        lane = frame.choice[e]
        if frame.pool_of[lane] == state.pool[j, c]:
            free = masks.starts(
                state, frame.words, day, lane, bit >> 6, frame.power[j], frame.duration[j]
            )
            if (free >> np.uint64(bit & 63)) & np.uint64(1) != 0:
                return True
    return False
