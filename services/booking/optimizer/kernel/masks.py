"""Bit masks of a day: bit b of a day's words is its slot b.

`state.runs[day, lane, word, k]` has a bit where the lane is free for 2**k slots from there on, so
a run of any length is two loads and an `and`.
"""

import numpy as np

from services.booking.optimizer.kernel.compiled import inner


@inner
def covered(word, first, length):
    """The bits of a word that the slots [first, first + length) cover."""
    low = max(0, first - word * 64)
    high = min(64, first + length - word * 64)
    if high <= low:
        return np.uint64(0)
    count = high - low
    if count == 64:
        return np.uint64(0xFFFFFFFFFFFFFFFF)
    return ((np.uint64(1) << np.uint64(count)) - np.uint64(1)) << np.uint64(low)


@inner
def earlier(state, words, day, lane, word, k, by):
    """A word of `runs` moved towards the day's start by `by` slots."""
    if words == 1:
        return state.runs[day, lane, 0, k] >> np.uint64(by)
    source = word + (by >> 6)
    bits = np.uint64(by & 63)
    if source >= words:
        return np.uint64(0)
    x = state.runs[day, lane, source, k] >> bits
    if bits > 0 and source + 1 < words:
        x |= state.runs[day, lane, source + 1, k] << (np.uint64(64) - bits)
    return x


@inner
def starts(state, words, day, lane, word, power, length):
    """Where in a word something of that length can start; 2**power <= length < 2**(power + 1)."""
    rest = length - (1 << power)
    return state.runs[day, lane, word, power] & earlier(state, words, day, lane, word, power, rest)


@inner
def refresh(frame, state, pool, day):
    """Works `runs` out anew for the lanes of a pool, after its full slots of a day changed."""
    top = frame.capacity[pool] - 1
    for lane in range(frame.first_lane[pool], frame.first_lane[pool + 1]):
        for word in range(frame.words):
            state.runs[day, lane, word, 0] = (
                frame.on[lane, day, word] & ~state.used[pool, day, word, top]
            )
        for k in range(1, state.runs.shape[3]):
            for word in range(frame.words):
                state.runs[day, lane, word, k] = state.runs[day, lane, word, k - 1] & earlier(
                    state, frame.words, day, lane, word, k - 1, 1 << (k - 1)
                )


@inner
def lowest(x):
    """The number of the lowest bit that is set; x is not 0."""
    v = (x & (~x + np.uint64(1))) - np.uint64(1)
    v = v - ((v >> np.uint64(1)) & np.uint64(0x5555555555555555))
    v = (v & np.uint64(0x3333333333333333)) + ((v >> np.uint64(2)) & np.uint64(0x3333333333333333))
    v = (v + (v >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((v * np.uint64(0x0101010101010101)) >> np.uint64(56))
