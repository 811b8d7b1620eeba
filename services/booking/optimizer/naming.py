"""Names for a plan that says only which pool serves whom: intervals of a pool are coloured.

Taken in the order of their starts, each interval can have any member that is free by then. What
is booked keeps its bay and its teams where it can.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from services.booking.optimizer.frame import State
from services.booking.optimizer.modelling import Model
from services.booking.optimizer.problem import Place, Request


class _Want(NamedTuple):
    """An interval of a pool; `name` is the member that it has now."""

    start: int
    end: int
    j: int
    c: int
    name: str | None


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
    classes = (*model.problem.agencies, None)
    wanted: dict[int, list[_Want]] = defaultdict(list)
    for j, start in enumerate(state.start):
        for c, pool in enumerate(state.pool[j]):
            if start >= 0 and pool >= 0:
                request, first = model.problem.requests[j], int(start)
                name = _booked(request, classes[c], first)
                wanted[int(pool)].append(_Want(first, first + request.duration, j, c, name))
    named: dict[tuple[int, int], str] = {}
    for pool, intervals in wanted.items():
        named |= _coloured(model.pools[pool].members, sorted(intervals))
    return named


def _booked(request: Request, agency: str | None, start: int) -> str | None:
    """The bay or the agency's team that a request has booked, if it keeps its time."""
    booked = request.booked
    if booked is None or booked.start != start:
        return None
    return booked.bay if agency is None else booked.teams.get(agency)


def _coloured(members: Sequence[str], intervals: Sequence[_Want]) -> dict[tuple[int, int], str]:
    free = dict.fromkeys(members, 0)
    kept: dict[str, deque[_Want]] = {name: deque() for name in members}
    for each in intervals:
        if each.name in kept:
            kept[each.name].append(each)
    named = {}
    for each in intervals:
        able = [name for name, since in free.items() if since <= each.start]
        name = each.name if each.name in able else min(able, key=lambda n: _claims(kept[n], each))
        named[each.j, each.c] = name
        free[name] = each.end
    return named


def _claims(kept: deque[_Want], wish: _Want) -> int:
    """How many others would have to leave the member that they have now."""
    while kept and kept[0].end <= wish.start:
        kept.popleft()
    return sum(1 for _ in takewhile(lambda other: other.start < wish.end, kept))
