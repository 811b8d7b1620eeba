"""Which bays and teams can serve a request, and how many slots they have."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from services.booking.optimizer.problem import Bay, Problem, Request, Team


class Able:
    """Who can serve whom in one problem."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._known: dict[object, tuple[frozenset[str], ...]] = {}

    def sets(self, request: Request) -> tuple[frozenset[str], ...]:
        """For the bay and for each agency that it needs: the ids of all that can serve it."""
        key = (request.bay_kind, frozenset(request.needs.items()), request.yards)
        if key not in self._known:
            self._known[key] = tuple(self._sets(request))
        return self._known[key]

    def names(self, request: Request) -> frozenset[str]:
        """All that can serve it in any way."""
        return frozenset().union(*self.sets(request))

    def within(self, request: Request, serving: frozenset[str]) -> bool:
        """Does it need one of these, whatever is chosen?"""
        return any(each <= serving for each in self.sets(request))

    def room(self, serving: frozenset[str], since: int) -> int:
        """The slots that these have together from a slot on to the end of the horizon."""
        return sum(
            max(0, min(end, self._problem.horizon) - max(first, since))
            for name in serving
            for first, end in self._hours[name]
        )

    def _sets(self, request: Request) -> Iterator[frozenset[str]]:
        problem = self._problem
        yield frozenset(bay.id for bay in problem.bays if bay_serves(bay, request))
        for agency in request.needs:
            yield frozenset(t.id for t in problem.teams if team_serves(t, request, agency))

    @cached_property
    def _hours(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        bays = {bay.id: bay.open for bay in self._problem.bays}
        return bays | {team.id: team.shifts for team in self._problem.teams}


def bay_serves(bay: Bay, request: Request) -> bool:
    """Is it of the kind, and where the request may go?"""
    return request.admits(bay.yard) and request.bay_kind in bay.kinds


def team_serves(team: Team, request: Request, agency: str) -> bool:
    """Is it of the agency, with the skills, and where the request may go?"""
    able = team.agency == agency and request.needs[agency] <= team.skills
    return able and request.admits(team.yard)
