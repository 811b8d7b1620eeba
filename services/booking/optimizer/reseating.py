"""What keeps its time keeps its bay and its teams, where others can do with what it was given.

The search counts who is free, not who it is: it may give a booking another team at the same time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from services.booking.optimizer.problem import Bay, Place, Problem, Request, Team

Use = tuple[str, str | None]
"""A request, and the agency whose team it takes; None: its bay."""


def restored(problem: Problem, places: Mapping[str, Place]) -> dict[str, Place]:
    """The same slots, with as many as can be of the bays and teams that are booked."""
    seats = _Seats(problem, places)
    while sum(seats.give_back(request) for request in problem.requests):
        pass
    return seats.places


class _Seats:
    """Who sits where."""

    def __init__(self, problem: Problem, places: Mapping[str, Place]) -> None:
        self.places = dict(places)
        self._requests = {each.id: each for each in problem.requests}
        resources: tuple[Bay | Team, ...] = (*problem.bays, *problem.teams)
        self._resources = {each.id: each for each in resources}
        self._users: dict[str, set[Use]] = defaultdict(set)
        for name, place in places.items():
            for use, resource in _taken(name, place):
                self._users[resource].add(use)

    def give_back(self, request: Request) -> bool:
        """Give a request what it has booked, if those who have it can take its own instead."""
        booked, place = request.booked, self.places.get(request.id)
        if booked is None or place is None or (place.start, place.yard) != _when(booked):
            return False
        wishes = dict(_taken(request.id, booked))
        wrong = [
            (use, wishes[use])
            for use, resource in _taken(request.id, place)
            if use in wishes and wishes[use] != resource and wishes[use] in self._resources
        ]
        return sum(self._swap(use, wished) for use, wished in wrong) > 0

    def _swap(self, mine: Use, wished: str) -> bool:
        now = self._of(mine)
        others = [each for each in self._users[wished] if self._meet(each, mine)]
        if not self._serves(wished, mine) or not all(self._serves(now, each) for each in others):
            return False
        if any(self._meet(each, other) for each in others for other in self._users[now] - {mine}):
            return False
        self._move(mine, wished)
        for each in others:
            self._move(each, now)
        return True

    def _of(self, use: Use) -> str:
        place = self.places[use[0]]
        return place.bay if use[1] is None else place.teams[use[1]]

    def _move(self, use: Use, resource: str) -> None:
        self._users[self._of(use)].discard(use)
        self._users[resource].add(use)
        name, agency = use
        place = self.places[name]
        if agency is None:
            self.places[name] = replace(place, bay=resource)
        else:
            self.places[name] = replace(place, teams={**place.teams, agency: resource})

    def _span(self, use: Use) -> tuple[int, int]:
        start = self.places[use[0]].start
        return start, start + self._requests[use[0]].duration

    def _meet(self, one: Use, other: Use) -> bool:
        (start, end), (begin, until) = self._span(one), self._span(other)
        return start < until and begin < end

    def _serves(self, resource: str, use: Use) -> bool:
        """Is it of the same yard, able, and on duty?"""
        found, request, agency = self._resources[resource], self._requests[use[0]], use[1]
        start, end = self._span(use)
        hours: Iterable[tuple[int, int]]
        if isinstance(found, Bay):
            able, hours = agency is None and request.bay_kind in found.kinds, found.open
        else:
            able, hours = found.agency == agency, found.shifts
            able = able and request.needs[found.agency] <= found.skills
        there = found.yard == self.places[use[0]].yard
        return able and there and any(first <= start and end <= last for first, last in hours)


def _when(place: Place) -> tuple[int, str]:
    return place.start, place.yard


def _taken(name: str, place: Place) -> Iterator[tuple[Use, str]]:
    yield (name, None), place.bay
    for agency, team in place.teams.items():
        yield (name, agency), team
