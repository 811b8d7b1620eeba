"""Chance in the kernel: xorshift64, its state an array of one word, so that a run can be repeated.

Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003).
"""

import numpy as np

from services.booking.optimizer.kernel.compiled import inner


@inner
def word(chance):
    """The next 64 bits."""
    x = chance[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    chance[0] = x
    return x


@inner
def below(chance, limit):
    """A whole number from 0 to limit - 1."""
    return np.int64(((word(chance) >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32))


@inner
def share(chance):
    """A number from 0 to 1."""
    return np.float64(word(chance) >> np.uint64(11)) / 9007199254740992.0
