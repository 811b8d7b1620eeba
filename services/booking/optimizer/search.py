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
from services.booking.optimizer.bound import Bound
from services.booking.optimizer.budget import Spent
from services.booking.optimizer.frame import Frame, Ints, Model, Scratch, State
from services.booking.optimizer.kernel import ruin

ROUNDS = 8192
"""Rounds of a worker in a turn: some 25 ms."""

MOST = 5
"""How many requests a round takes out at most, besides the one it is for."""

HOT, COLD = 1.4, 0.07
"""The first and last temperature, as shares of what a mean request's own length of waiting costs.
Both, and MOST, tuned on instances of 100 to 2,000 requests."""

ENOUGH = 2
TURNS_A_SECOND = 40
"""With so many turns for each request a search gains more by starting hot again than by going on
longer; and how many turns a second are expected, to know it beforehand."""

Turn = Callable[[], int]


@dataclass
class Worker:
    """One thread's own: chance and room to work in."""

    chance: framing.Words
    scratch: Scratch


@dataclass
class Island:
    """A state, what it costs, and the best it has been."""

    state: State
    cost: int
    best: int
    kept: State

    def keep(self) -> None:
        """Remembers the state if it is the best so far."""
        if self.cost < self.best:
            self.best = self.cost
            for kept, now in zip(self.kept[:3], self.state[:3], strict=True):
                kept[:] = now


class Search:
    """The state of a search, improved turn by turn."""

    def __init__(self, model: Model, bound: Bound, *, seed: int, workers: int) -> None:
        self.frame = model.frame
        self.bound = bound
        self.workers = [_worker(self.frame, seed, index) for index in range(workers)]
        self.together = self.frame.days >= 2 * workers
        self.cuts = np.random.default_rng(seed)
        first = greedy(self.frame, self.workers[0].chance)
        self.islands = [first]
        if not self.together:
            self.islands += [greedy(self.frame, each.chance) for each in self.workers[1:]]

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
            while (share := spent.share) < 1 and self.cost > self.bound.proven:
                heat = _scale(self.frame) * HOT * (COLD / HOT) ** (share * self._cycles(spent) % 1)
                changes = list(pool.map(lambda turn: turn(), self._turns(heat)))
                for island, change in self._attributed(changes):
                    island.cost += change
                for island in self.islands:
                    island.keep()
                spent.turns += 1

    def _cycles(self, spent: Spent) -> int:
        """How often the budget suffices to cool down."""
        turns = spent.budget.turns or int((spent.budget.seconds or 0) * TURNS_A_SECOND)
        return max(1, turns // (ENOUGH * len(self.frame.duration)))

    def _turns(self, heat: float) -> list[Turn]:
        """What each worker does in this turn: the last one proves the bound until it is found."""
        proving = not self.bound.settled and len(self.workers) > 1
        active = self.workers[:-1] if proving else self.workers
        turns: list[Turn] = []
        if self.together:
            island = self.islands[0]
            edges = self._edges(len(active))
            for worker, first, last in zip(active, edges, edges[1:], strict=False):
                turns.append(self._annealing(island, worker, first, last, heat))
        else:
            for worker, island in zip(active, self.islands, strict=False):
                turns.append(self._annealing(island, worker, 0, self.frame.days, heat))
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
        self, island: Island, worker: Worker, first: int, last: int, heat: float
    ) -> Turn:
        jobs = _within(self.frame, island.state, first, last)

        def turn() -> int:
            if not len(jobs):
                return 0
            change = ruin.anneal(
                self.frame, island.state, jobs, first, last, heat, ROUNDS, MOST,
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


def greedy(frame: Frame, chance: framing.Words) -> Island:
    """A first plan: each request in turn its best free place, the earliest due first or the
    heaviest first, whichever is cheaper."""
    islands = []
    for key in (frame.due, -frame.weight):
        state = framing.empty(frame)
        cost = int(ruin.insert(frame, state, np.argsort(key, kind="stable"), chance))
        kept = state._replace(
            start=state.start.copy(), yard=state.yard.copy(), pool=state.pool.copy()
        )
        islands.append(Island(state, cost, cost, kept))
    return min(islands, key=lambda island: island.cost)


def in_order(frame: Frame, order: Ints) -> int:
    """What it costs to give each request in turn the best place that is still free."""
    chance = np.ones(1, np.uint64)
    return int(ruin.insert(frame, framing.empty(frame), order, chance))


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
