"""A problem as arrays for the kernel (`modelling`), and the state of a search on it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.booking.optimizer.kernel import state as kernel

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]


class Frame(NamedTuple):
    """A problem's arrays. n requests, G pools, L lanes, D days of W words of 64 slots.

    A lane is a pool's shifts that neither touch nor overlap, so that a run of free slots within
    one lies in one shift. Class c is the c-th agency, and the last the bays. Money is in units of
    1 / `scale` CNY.
    """

    yards: int
    days: int
    width: int  # slots in a day
    words: int  # words of 64 slots in a day
    classes: int
    longest: int  # slots
    left_out: int
    scale: int
    duration: Ints  # n
    power: Ints  # n: 2**power is the largest power of two in the duration
    available: Ints  # n
    due: Ints  # n
    wait: Ints  # n
    late: Ints  # n
    move: Ints  # n
    home: Ints  # n; -1 is no yard of the problem
    kept_start: Ints  # n: where its booking is; -1 is none
    kept_yard: Ints  # n
    change: Ints  # n: what another slot than the booked one costs
    weight: Ints  # n: what puts a request ahead of others
    profile: Ints  # n: which classes and pools serve it
    needed: NDArray[np.bool_]  # profile, class
    capacity: Ints  # G
    first_lane: Ints  # G + 1
    pool_of: Ints  # L
    on: Words  # L, D, W: when a lane is on duty
    choice_at: Ints  # where in `choice` the lanes of (profile, yard, class) begin
    choice: Ints


class State(NamedTuple):
    """Where every request is, and what is in use."""

    start: Ints  # n; -1 is left out
    yard: Ints  # n
    pool: Ints  # n, class
    used: Words  # G, D, W, k: slots in which more than k of the pool are in use
    runs: Words  # D, L, W, k: slots from which on a lane is free for 2**k slots
    head: Ints  # yard, slot: the first request that starts there
    after: Ints  # n: the next that starts there
    before: Ints  # n


class Scratch(NamedTuple):
    """What one thread of a search needs for itself."""

    out: Ints
    old: Ints
    key: NDArray[np.float64]


def empty(frame: Frame) -> State:
    """The state in which nobody has a slot."""
    n, pools, lanes = len(frame.duration), len(frame.capacity), len(frame.pool_of)
    levels = int(frame.longest).bit_length()
    most = int(frame.capacity.max(initial=1))
    state = State(
        start=np.full(n, -1, np.int64),
        yard=np.full(n, -1, np.int64),
        pool=np.full((n, frame.classes), -1, np.int64),
        used=np.zeros((pools, frame.days, frame.words, most), np.uint64),
        runs=np.zeros((frame.days, lanes, frame.words, levels), np.uint64),
        head=np.full((frame.yards, frame.days * frame.width), -1, np.int64),
        after=np.full(n, -1, np.int64),
        before=np.full(n, -1, np.int64),
    )
    kernel.refresh_all(frame, state)
    return state


def scratch(frame: Frame, most: int) -> Scratch:
    """Room for a thread that takes out at most `most` requests at a time, and one."""
    return Scratch(
        out=np.zeros(most + 2, np.int64),
        old=np.zeros((most + 2, 3 + frame.classes), np.int64),
        key=np.zeros(most + 2, np.float64),
    )
