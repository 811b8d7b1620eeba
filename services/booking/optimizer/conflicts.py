"""Requests that cannot all be served: a set as small as can be shown, by name.

First by counting: what can only be served by some bays or teams, and not before some slot, may
need more slots than those have from then on. Where counting shows nothing, CP-SAT looks whether
the request and those that compete with it can be served together, and if they cannot, leaves out
one after the other for as long as the rest still cannot (a deletion filter: in the end each of the
set is needed).
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.booking.optimizer import together
from services.booking.optimizer.able import Able
from services.booking.optimizer.problem import Problem, Request

RIVALS = 12
"""How many of those that compete with a request for all that serves it are looked at together."""


@dataclass(frozen=True)
class Conflict:
    """`requests` cannot all be served by `resources` from the slot `since` to the horizon's end.

    With `slots` they need that many of `room`; without, they need fewer and still do not fit.
    """

    requests: tuple[str, ...]
    resources: tuple[str, ...]
    since: int
    slots: int | None = None
    room: int | None = None


class Conflicts:
    """The conflicts of one problem."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._able = Able(problem)
        self._overloads: dict[frozenset[str], tuple[Sequence[Request], Sequence[int]]] = {}

    def counted(self, request: Request) -> Conflict | None:
        """The smallest set with this request whose slots are more than there are; or None."""
        found = [
            conflict
            for serving in self._able.sets(request)
            if (conflict := self._counted(request, serving)) is not None
        ]
        return min(found, key=lambda each: len(each.requests), default=None)

    def tried(self, request: Request) -> Conflict | None:
        """A set with this request that cannot be served together, of which each is needed."""
        rivals = self._rivals(request)[:RIVALS]
        if together.possible(self._problem, [request, *rivals]) is not False:
            return None
        for each in list(rivals):
            fewer = [other for other in rivals if other is not each]
            if together.possible(self._problem, [request, *fewer]) is False:
                rivals = fewer
        everyone = [request, *rivals]
        return Conflict(
            requests=tuple(each.id for each in everyone),
            resources=tuple(sorted({name for r in everyone for name in self._able.names(r)})),
            since=min(each.available for each in everyone),
        )

    def _counted(self, request: Request, serving: frozenset[str]) -> Conflict | None:
        """By requests that nothing but `serving` can serve: from the latest slot on from which
        they are too many, the longest first, until they are too many."""
        if serving not in self._overloads:
            self._overloads[serving] = self._overload(serving)
        bound, sinces = self._overloads[serving]
        since = next((each for each in sinces if each <= request.available), None)
        if since is None:
            return None
        room = self._able.room(serving, since)
        rest = [r for r in bound if r.available >= since and r.id != request.id]
        rest.sort(key=lambda r: -r.duration)
        chosen = _until_too_many([request, *rest], room)
        names, slots = tuple(r.id for r in chosen), sum(r.duration for r in chosen)
        return Conflict(names, tuple(sorted(serving)), since, slots, room)

    def _overload(self, serving: frozenset[str]) -> tuple[Sequence[Request], Sequence[int]]:
        """Who needs one of `serving`, and the slots from which on they need more than there is."""
        bound = [r for r in self._problem.requests if self._able.within(r, serving)]
        bound.sort(key=lambda r: -r.available)
        sinces, wanted = [], 0
        for since, coming in itertools.groupby(bound, lambda r: r.available):
            wanted += sum(r.duration for r in coming)
            if wanted > self._able.room(serving, since):
                sinces.append(since)
        return bound, sinces

    def _rivals(self, request: Request) -> list[Request]:
        """Those that want something of what serves the request, the nearest in time first."""
        mine = self._able.names(request)
        rivals = [
            each
            for each in self._problem.requests
            if each.id != request.id and mine & self._able.names(each)
        ]
        return sorted(rivals, key=lambda each: -each.available)


def _until_too_many(requests: Iterable[Request], room: int) -> Sequence[Request]:
    """As many as it takes to need more than the room."""
    chosen: list[Request] = []
    for each in requests:
        if sum(r.duration for r in chosen) > room:
            break
        chosen.append(each)
    return chosen


def told(conflict: Conflict) -> Mapping[str, str]:
    """The conflict in words: `en` and `zh`, and what would help."""
    names, by = ", ".join(conflict.requests), ", ".join(conflict.resources)
    if conflict.slots is None:
        return {
            "en": f"{names} cannot all be served by {by} from slot {conflict.since} on.",
            "zh": f"自第 {conflict.since} 格起，{by} 无法同时满足 {names}。",
            "mend": f"Add one more like one of {by}, or lengthen the horizon.",
            "mend_zh": f"请增加与 {by} 之一相同的资源，或延长计划期。",
        }
    return {
        "en": f"{names} need {conflict.slots} slots of {by}, which have {conflict.room} from slot "
        f"{conflict.since} on.",
        "zh": f"{names} 共需 {by} 的 {conflict.slots} 格，而自第 {conflict.since} 格起只有 "
        f"{conflict.room} 格。",
        "mend": f"Add {conflict.slots - (conflict.room or 0)} slots of one more like one of {by}, "
        "or lengthen the horizon.",
        "mend_zh": f"请为与 {by} 之一相同的资源增加 {conflict.slots - (conflict.room or 0)} 格，"
        "或延长计划期。",
    }
