"""The search for a plan: annealing on both cores, while one of them first proves a bound.

With days enough the workers share one state: each turn cuts the horizon into as many pieces as
there are workers, at random, and each worker re-plans what starts in its piece. With few days
each worker has a state of its own, and the best counts.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from services.booking.optimizer import frame as framing
from services.booking.optimizer import islands
from services.booking.optimizer.bound import Bound
from services.booking.optimizer.budget import Spent
from services.booking.optimizer.frame import Frame, Ints, Scratch, State
from services.booking.optimizer.islands import Island
from services.booking.optimizer.kernel import ruin
from services.booking.optimizer.modelling import Model
from services.booking.optimizer.problem import Stretch

ROUNDS = 8192
"""Rounds of a worker in a turn: some 25 ms."""

MOST = 5
"""How many requests a round takes out at most, besides the one it is for."""

HOT, COLD = 1.4, 0.07
"""The first and last temperature, as shares of what a mean request's own length of waiting costs.
Both, and MOST, tuned on instances of 100 to 2,000 requests."""

ENOUGH = 2
TURNS_A_SECOND = 40
"""With more turns than so many for each request a search gains more by starting hot again than by
cooling more slowly; and how many turns a second are expected, to know it beforehand."""

Turn = Callable[[], int]


@dataclass
class Worker:
    """One thread's own: chance and room to work in."""

    chance: framing.Words
    scratch: Scratch


class Search:
    """The state of a search, improved turn by turn."""

    def __init__(
        self, model: Model, bound: Bound, *, seed: int, workers: int, most_moved: int
    ) -> None:
        self.frame = model.frame
        self.most_moved = most_moved
        self.bound = bound
        self.workers = [_worker(self.frame, seed, index) for index in range(workers)]
        self.together = self.frame.days > workers
        self.cuts = np.random.default_rng(seed)
        alone = self.workers[:1] if self.together else self.workers
        self.islands = [islands.begin(model, each.chance) for each in alone]

    @property
    def best(self) -> Island:
        """The island with the best plan."""
        return min(self.islands, key=lambda island: island.best)

    @property
    def cost(self) -> int:
        """What the best plan costs."""
        return self.best.best

    def state(self) -> State:
        """The best plan."""
        return self.best.kept

    def run(self, spent: Spent) -> None:
        """Searches until the budget is spent or the plan is proven to be the best."""
        with ThreadPoolExecutor(len(self.workers)) as pool:
            while spent.share < 1 and self.cost > self.bound.proven:
                turns = self._turns(self._heat(spent))
                changes = list(pool.map(lambda turn: turn(), turns))
                for island, change in self._attributed(changes):
                    island.cost += change
                for island in self.islands:
                    island.keep()
                spent.turns += 1

    def _heat(self, spent: Spent) -> float:
        """The temperature of this turn, in the frame's money."""
        turns = spent.budget.turns or int((spent.budget.seconds or 0) * TURNS_A_SECOND)
        cycles = max(1, turns // (ENOUGH * len(self.frame.duration)))
        return float(_scale(self.frame) * HOT * (COLD / HOT) ** (spent.share * cycles % 1))

    def _turns(self, heat: float) -> list[Turn]:
        """What each worker does in this turn: the last one proves the bound until it is found."""
        proving = not self.bound.settled and len(self.workers) > 1
        active = self.workers[:-1] if proving else self.workers
        turns: list[Turn] = []
        if self.together:
            island = self.islands[0]
            edges = self._edges(len(active))
            room = (self.most_moved - island.moved) // len(active)
            for worker, first, last in zip(active, edges, edges[1:], strict=False):
                turns.append(self._annealing(island, worker, (first, last), heat, room))
        else:
            for worker, island in zip(active, self.islands, strict=False):
                room = self.most_moved - island.moved
                turns.append(self._annealing(island, worker, (0, self.frame.days), heat, room))
        if not self.bound.settled:
            turns.append(self._proving())
        return turns

    def _attributed(self, changes: list[int]) -> list[tuple[Island, int]]:
        """Which island each change is of; the bound changes none."""
        if self.together:
            return [(self.islands[0], change) for change in changes]
        return list(zip(self.islands, changes, strict=False))

    def _edges(self, pieces: int) -> list[int]:
        """The days at which the horizon is cut into pieces."""
        inner = self.cuts.permutation(np.arange(1, self.frame.days))[: pieces - 1]
        return [0, *sorted(int(each) for each in inner), self.frame.days]

    def _annealing(
        self, island: Island, worker: Worker, days: Stretch, heat: float, room: int
    ) -> Turn:
        first, last = days
        jobs = _within(self.frame, island.state, first, last)

        def turn() -> int:
            if not len(jobs):
                return 0
            change = ruin.anneal(
                self.frame, island.state, jobs, first, last, heat, ROUNDS, MOST, room,
                worker.chance, worker.scratch,
            )  # fmt: skip
            return int(change)

        return turn

    def _proving(self) -> Turn:
        known = self.cost

        def turn() -> int:
            self.bound.improve(_turns_of_bound(self.frame), known)
            return 0

        return turn


def in_order(frame: Frame, order: Ints) -> State:
    """The state in which each request in turn was given the best place that was still free."""
    state = framing.empty(frame)
    ruin.insert(frame, state, order, np.ones(1, np.uint64))
    return state


def _within(frame: Frame, state: State, first: int, last: int) -> Ints:
    """The requests that start in these days; who has no place counts where it is available."""
    at = np.where(state.start >= 0, state.start, frame.available)
    return np.flatnonzero((at >= first * frame.width) & (at < last * frame.width))


def _scale(frame: Frame) -> float:
    """What a mean request's own length of waiting costs."""
    return float(np.mean(frame.weight * frame.duration)) if len(frame.weight) else 1.0


def _turns_of_bound(frame: Frame) -> int:
    """Turns of the bound that take about as long as a worker's rounds."""
    size = (
        len(frame.duration) * frame.yards * 100
        + frame.days * frame.width * len(frame.pool_of) * 100
    )
    return max(1, 20_000_000 // max(1, size))


def _worker(frame: Frame, seed: int, index: int) -> Worker:
    state = np.random.SeedSequence([seed, index]).generate_state(1, np.uint64)
    return Worker(chance=state | np.uint64(1), scratch=framing.scratch(frame, MOST))
