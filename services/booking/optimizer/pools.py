"""Pools: bays and teams that are the same to every request.

Of a pool it is enough to count how many are in use: intervals of which never more than k overlap
can always be given to k resources (interval graphs are perfect), so names are given at the end
(`naming`). Without skills and hours in the key that would be wrong: pools by capacity alone left
50 of 1,000 bookings without a team.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.booking.optimizer.problem import Bay, Problem, Request, Stretch, Team


@dataclass(frozen=True)
class Pool:
    """Resources of one yard and class that are the same: `agency` is None for bays."""

    yard: str
    agency: str | None
    abilities: frozenset[str]
    hours: tuple[Stretch, ...]
    members: tuple[str, ...]

    def serves(self, request: Request) -> bool:
        """Is it where a request may go, of a kind or skill that it needs of its class?"""
        if not request.admits(self.yard):
            return False
        if self.agency is None:
            return request.bay_kind in self.abilities
        needed = request.needs.get(self.agency)
        return needed is not None and needed <= self.abilities


def of(problem: Problem) -> list[Pool]:
    """The pools of a problem, those of a yard together, bays after teams."""
    members: dict[Pool, list[str]] = defaultdict(list)
    resources: tuple[Bay | Team, ...] = (*problem.teams, *problem.bays)
    for resource in resources:
        members[_key(resource)].append(resource.id)
    pools = [
        Pool(key.yard, key.agency, key.abilities, key.hours, tuple(ids))
        for key, ids in members.items()
    ]
    place = {yard: index for index, yard in enumerate(problem.yards)}
    return sorted(
        pools, key=lambda pool: (place[pool.yard], pool.agency is None, pool.agency or "")
    )


def breadth(pools: list[Pool], work: Iterable[tuple[Request, int]]) -> Mapping[Pool, int]:
    """For each pool the slots of work it could take: the narrower, the sooner it is used.

    `work` has one request for each set of needs, with the slots that all of its needs take.
    """
    work = list(work)
    return {pool: sum(slots for each, slots in work if pool.serves(each)) for pool in pools}


def _key(resource: Bay | Team) -> Pool:
    if isinstance(resource, Bay):
        return Pool(resource.yard, None, resource.kinds, resource.open, ())
    return Pool(resource.yard, resource.agency, resource.skills, resource.shifts, ())
