"""States that are searched: how a search begins, and the best it has been."""

from dataclasses import dataclass

import numpy as np

from services.booking.optimizer import frame as framing
from services.booking.optimizer.frame import Frame, Ints, State, Words
from services.booking.optimizer.kernel import ruin
from services.booking.optimizer.kernel import state as kernel
from services.booking.optimizer.modelling import Model
from services.booking.optimizer.problem import Place


@dataclass
class Island:
    """A state, what it costs, and the best it has been."""

    frame: Frame
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

    @property
    def moved(self) -> int:
        """How many have another slot than is booked."""
        frame, state = self.frame, self.state
        elsewhere = (state.start != frame.kept_start) | (state.yard != frame.kept_yard)
        return int(np.count_nonzero(elsewhere & (frame.kept_start >= 0)))


def begin(model: Model, chance: Words) -> Island:
    """A first plan: what is booked where it is booked, the others by their best free places in
    turn, the earliest due first or the heaviest first, whichever is cheaper."""
    keys = (model.frame.due, -model.frame.weight)
    islands = [_filled(model, np.argsort(key, kind="stable"), chance) for key in keys]
    return min(islands, key=lambda island: island.cost)


def drop_broken(model: Model) -> frozenset[str]:
    """The requests whose booking cannot be kept, because something of it is gone or taken.

    They are as good as not booked: the frame forgets their bookings.
    """
    _, broken = _seated(model)
    for j in broken:
        model.frame.kept_start[j] = -1
    return frozenset(model.problem.requests[j].id for j in broken)


def _filled(model: Model, order: Ints, chance: Words) -> Island:
    frame = model.frame
    state, _ = _seated(model)
    free = order[state.start[order] < 0].astype(np.int64)
    ruin.insert(frame, state, free, chance)
    cost = int(kernel.total(frame, state))
    kept = state._replace(start=state.start.copy(), yard=state.yard.copy(), pool=state.pool.copy())
    return Island(frame, state, cost, cost, kept)


def _seated(model: Model) -> tuple[State, list[int]]:
    """The state in which all bookings are taken that can be, and those that cannot be."""
    frame, state = model.frame, framing.empty(model.frame)
    pool_of = {
        (pool.agency, name): g for g, pool in enumerate(model.pools) for name in pool.members
    }
    broken = []
    for j in np.flatnonzero(frame.kept_start >= 0):
        booked = model.problem.requests[j].booked
        named = booked is not None and _name_pools(model, state, int(j), booked, pool_of)
        if not named or not kernel.seat(frame, state, j, frame.kept_yard[j], frame.kept_start[j]):
            broken.append(int(j))
    return state, broken


def _name_pools(
    model: Model,
    state: State,
    j: int,
    booked: Place,
    pool_of: dict[tuple[str | None, str], int],
) -> bool:
    """Notes the pools of a booking's bay and teams; false if one of them is no more."""
    problem, request = model.problem, model.problem.requests[j]
    if booked.yard not in problem.yards or booked.start + request.duration > problem.horizon:
        return False
    if set(booked.teams) != set(request.needs):
        return False
    names = [(agency, booked.teams.get(agency)) for agency in problem.agencies]
    for c, (agency, name) in enumerate([*names, (None, booked.bay)]):
        pool = -1 if name is None else pool_of.get((agency, name))
        if pool is None:
            return False
        state.pool[j, c] = pool
    return True
