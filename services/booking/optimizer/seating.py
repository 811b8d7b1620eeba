"""What keeps its time keeps its bay and its teams, as far as that can be.

The search counts who is free, not who it is: it may give a booking another team at the same time.
With all times fixed, who sits where falls apart into small problems, one for each yard, agency (or
the bays) and day; each is solved exactly by CP-SAT.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.booking.optimizer.able import bay_serves, team_serves
from services.booking.optimizer.problem import Bay, Place, Problem, Request, Team

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

EFFORT = 1.0
"""CP-SAT's deterministic time for one of the problems, some seconds; then the best so far."""

Room = tuple[str, str | None, int]
"""A yard, an agency (None: the bays) and a day: nobody changes from one to another."""


@dataclass(frozen=True)
class _Seat:
    """A request's interval in a room: who it has now, and whom it has booked for that time."""

    request: Request
    agency: str | None
    start: int
    now: str
    booked: str | None

    @property
    def end(self) -> int:
        return self.start + self.request.duration


def restored(problem: Problem, places: Mapping[str, Place]) -> dict[str, Place]:
    """The same slots, with as many as can be of the bays and teams that are booked."""
    found = dict(places)
    for (yard, agency, _), seats in _rooms(problem, places).items():
        if any(seat.booked not in (None, seat.now) for seat in seats):
            resources = [each for each in _of(problem, agency) if each.yard == yard]
            for seat, name in _seated(seats, resources):
                found[seat.request.id] = _changed(found[seat.request.id], agency, name)
    return found


def _rooms(problem: Problem, places: Mapping[str, Place]) -> Mapping[Room, Sequence[_Seat]]:
    rooms: dict[Room, list[_Seat]] = defaultdict(list)
    for request in problem.requests:
        place, kept = places.get(request.id), request.booked
        if place is None:
            continue
        if request.changed(place.start, place.yard):
            kept = None
        for agency, name in _taken(place):
            booked = None if kept is None else dict(_taken(kept)).get(agency)
            seat = _Seat(request, agency, place.start, name, booked)
            rooms[place.yard, agency, place.start // problem.slots_per_day].append(seat)
    return rooms


def _taken(place: Place) -> Iterator[tuple[str | None, str]]:
    yield None, place.bay
    yield from place.teams.items()


def _of(problem: Problem, agency: str | None) -> Iterable[Bay | Team]:
    if agency is None:
        return problem.bays
    return (team for team in problem.teams if team.agency == agency)


def _changed(place: Place, agency: str | None, name: str) -> Place:
    if agency is None:
        return replace(place, bay=name)
    return replace(place, teams={**place.teams, agency: name})


def _seated(seats: Sequence[_Seat], resources: Sequence[Bay | Team]) -> Iterator[tuple[_Seat, str]]:
    """Each seat with its bay or team; as they are if nothing better is found."""
    from ortools.sat.python import cp_model  # takes a second, and is seldom needed

    model = cp_model.CpModel()
    chosen = [_choices(model, seat, resources) for seat in seats]
    for each in resources:
        for first in seats:
            there = (
                choice[each.id]
                for seat, choice in zip(seats, chosen, strict=True)
                if seat.start <= first.start < seat.end and each.id in choice
            )
            model.add_at_most_one(there)
    pairs = zip(seats, chosen, strict=True)
    model.maximize(sum(choice[s.booked] for s, choice in pairs if s.booked in choice))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EFFORT
    if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        for seat, choice in zip(seats, chosen, strict=True):
            yield seat, next(name for name, taken in choice.items() if solver.value(taken))


def _choices(model: "CpModel", seat: _Seat, resources: Iterable[Bay | Team]) -> dict[str, "IntVar"]:
    """A variable for each bay or team that can serve, of which one is chosen."""
    found: dict[str, IntVar] = {}
    for each in resources:
        if _serves(each, seat):
            found[each.id] = model.new_bool_var("")
            model.add_hint(found[each.id], each.id == seat.now)
    model.add_exactly_one(found.values())
    return found


def _serves(resource: Bay | Team, seat: _Seat) -> bool:
    if isinstance(resource, Bay):
        able, hours = bay_serves(resource, seat.request), resource.open
    else:
        able, hours = team_serves(resource, seat.request, resource.agency), resource.shifts
    return able and any(first <= seat.start and seat.end <= end for first, end in hours)
