"""Names for a plan that says only which pool serves whom: intervals of a pool are coloured."""

import heapq
from collections import defaultdict

from services.booking.optimizer.frame import State
from services.booking.optimizer.modelling import Model
from services.booking.optimizer.problem import Place


def places(model: Model, state: State) -> dict[str, Place]:
    """The place of every request that has one, with the bay and the teams by name."""
    named = _members(model, state)
    classes = (*model.problem.agencies, None)
    found = {}
    for j, request in enumerate(model.problem.requests):
        if state.start[j] < 0:
            continue
        names = {agency: named[j, c] for c, agency in enumerate(classes) if (j, c) in named}
        bay = names.pop(None)
        teams = {agency: name for agency, name in names.items() if agency is not None}
        yard = model.problem.yards[state.yard[j]]
        found[request.id] = Place(int(state.start[j]), yard, bay, teams)
    return found


def _members(model: Model, state: State) -> dict[tuple[int, int], str]:
    """(request, class) -> a member of its pool, no member twice at a time."""
    wanted: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for j, start in enumerate(state.start):
        for c, pool in enumerate(state.pool[j]):
            if start >= 0 and pool >= 0:
                wanted[int(pool)].append((int(start), j, c))
    named = {}
    for pool, intervals in wanted.items():
        free = [(0, name) for name in model.pools[pool].members]
        for start, j, c in sorted(intervals):
            _, name = heapq.heappop(free)
            named[j, c] = name
            heapq.heappush(free, (start + int(model.frame.duration[j]), name))
    return named
