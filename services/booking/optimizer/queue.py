"""Where all requests pass through one bay or team, one after the other: a search of their order.

That is the single-machine total weighted tardiness problem, for which moves in the order are far
stronger than taking slots out and putting them back. It applies where nothing else decides: one
yard, one pool for each need, one day, and everything available at its start.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from services.booking.optimizer import frame as framing
from services.booking.optimizer.bound import Bound
from services.booking.optimizer.budget import Spent
from services.booking.optimizer.frame import Frame, Ints, State
from services.booking.optimizer.kernel import queue as kernel
from services.booking.optimizer.modelling import Model

ROUNDS = 20
"""Descents of a worker in a turn: some 10 ms for 100 requests."""

USUAL, MOST = 100, 300
"""A descent takes about the cube of the requests: above USUAL a turn has fewer of them, and above
MOST one alone would take seconds, so there the search by places is used."""


class Line(NamedTuple):
    """The requests of the queue: slots, and money for each slot of waiting and of lateness."""

    duration: Ints
    wait: Ints
    late: Ints
    due: Ints


def applies(frame: Frame) -> bool:
    """Is an order all there is to decide? All must fit, and moving elsewhere be no choice."""
    if frame.yards != 1 or frame.days != 1 or not 0 < len(frame.duration) <= MOST:
        return False
    if frame.available.any() or (frame.kept_start >= 0).any():
        return False
    if (frame.needed != frame.needed[0]).any():
        return False
    if (np.diff(frame.choice_at) != np.tile(frame.needed[0], len(frame.needed))).any():
        return False
    total = int(frame.duration.sum())
    if total > frame.width or _dearest(frame, total) > frame.left_out:
        return False
    pools = frame.pool_of[frame.choice]
    if frame.capacity[pools].min() != 1 or len(set(pools.tolist())) != frame.needed[0].sum():
        return False
    open_at_once = _leading(frame, frame.choice) >= total
    return bool(open_at_once.all())


def _dearest(frame: Frame, total: int) -> int:
    """The most that a request can cost in any order; to leave it out must not be cheaper."""
    late = frame.late * np.maximum(0, total - frame.due)
    costs = frame.wait * (total - frame.duration) + late + frame.move * (frame.home != 0)
    return int(costs.max())


def _leading(frame: Frame, lanes: Ints) -> Ints:
    """For how many slots from the start of the day each lane is on duty without a break."""
    bits = np.arange(frame.width)
    on = (frame.on[lanes, 0][:, bits // 64] >> (bits % 64).astype(np.uint64)) & np.uint64(1)
    return np.where(on.all(axis=1), frame.width, np.argmin(on, axis=1)).astype(np.int64)


class Queue:
    """The search for the best order; each worker has one of its own, the last proves a bound."""

    def __init__(self, model: Model, bound: Bound, *, seed: int, workers: int) -> None:
        self.frame, self.bound = model.frame, bound
        frame = model.frame
        self.line = Line(frame.duration, frame.wait, frame.late, frame.due)
        first = np.argsort(frame.due, kind="stable").astype(np.int64)
        self.orders = [first.copy() for _ in range(workers)]
        self.bests = [first.copy() for _ in range(workers)]
        self.chances = [_chance(seed, index) for index in range(workers)]
        self.costs = [kernel.cost_of(self.line, each) for each in self.bests]

    @property
    def cost(self) -> int:
        """What the best order costs."""
        return int(min(self.costs)) + self._moves()

    def run(self, spent: Spent) -> None:
        """Searches until the budget is spent or the order is proven to be the best."""
        with ThreadPoolExecutor(len(self.orders)) as pool:
            while spent.share < 1 and self.cost > self.bound.proven:
                self.costs = list(pool.map(self._turn, range(len(self.orders))))
                spent.turns += 1

    def state(self) -> State:
        """The best order as a state of the frame."""
        order = self.bests[int(np.argmin(self.costs))]
        state = framing.empty(self.frame)
        ends = np.cumsum(self.frame.duration[order])
        state.start[order] = ends - self.frame.duration[order]
        state.yard[:] = 0
        pools = iter(self.frame.pool_of[self.frame.choice].tolist())
        for c in np.flatnonzero(self.frame.needed[0]):
            state.pool[:, c] = next(pools)
        return state

    def _turn(self, worker: int) -> int:
        if worker and worker == len(self.orders) - 1 and not self.bound.settled:
            self.bound.improve(1, self.cost)
            return int(self.costs[worker])
        turns = rounds(len(self.line.due))
        cost = kernel.improve(
            self.line, self.orders[worker], self.bests[worker], turns, self.chances[worker]
        )
        return int(cost)

    def _moves(self) -> int:
        """What moving here costs, whatever the order."""
        return int(self.frame.move[self.frame.home != 0].sum())


def rounds(count: int) -> int:
    """How many descents of so many requests a turn has."""
    return max(1, min(ROUNDS, ROUNDS * USUAL**3 // count**3))


def _chance(seed: int, worker: int) -> framing.Words:
    return np.random.SeedSequence([seed, worker]).generate_state(1, np.uint64) | np.uint64(1)
