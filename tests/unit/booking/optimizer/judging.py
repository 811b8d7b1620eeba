"""An independent judge: is a plan allowed, what does it cost, and what is the least possible?

Nothing of the optimizer's is used but the values that it is given and gives back.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal

from services.booking.optimizer.problem import Place, Problem, Request, Stretch
from services.booking.optimizer.result import Plan

LEFT_OUT = Decimal(100_000)


def faults(problem: Problem, places: Mapping[str, Place]) -> list[str]:
    """Every rule that a plan breaks."""
    requests = {request.id: request for request in problem.requests}
    found = [f"{name}: unknown" for name in places if name not in requests]
    taken: set[tuple[str, int]] = set()
    for name, place in places.items():
        found += [f"{name}: {each}" for each in _wrong(problem, requests[name], place)]
        for resource in (place.bay, *place.teams.values()):
            for slot in range(place.start, place.start + requests[name].duration):
                if (resource, slot) in taken:
                    found.append(f"{name}: {resource} is taken at {slot}")
                taken.add((resource, slot))
    return found


def _wrong(problem: Problem, request: Request, place: Place) -> Iterator[str]:
    start, end = place.start, place.start + request.duration
    if start < request.available:
        yield "before it is available"
    if end > problem.slots_per_day * problem.days:
        yield "beyond the horizon"
    if start // problem.slots_per_day != (end - 1) // problem.slots_per_day:
        yield "over midnight"
    if request.yards is not None and place.yard not in request.yards:
        yield "in a yard that may not serve it"
    yield from _wrong_bay(problem, request, place)
    yield from _wrong_teams(problem, request, place)


def _wrong_bay(problem: Problem, request: Request, place: Place) -> Iterator[str]:
    bay = next(each for each in problem.bays if each.id == place.bay)
    if bay.yard != place.yard or request.bay_kind not in bay.kinds:
        yield "in a bay that does not serve it"
    if not _within(place.start, request.duration, bay.open):
        yield "in a closed bay"


def _wrong_teams(problem: Problem, request: Request, place: Place) -> Iterator[str]:
    if set(place.teams) != set(request.needs):
        yield "with other agencies than it needs"
    for agency, name in place.teams.items():
        team = next(each for each in problem.teams if each.id == name)
        if (team.yard, team.agency) != (place.yard, agency):
            yield "with a team of another yard or agency"
        if not request.needs.get(agency, frozenset()) <= team.skills:
            yield "with a team that lacks a skill"
        if not _within(place.start, request.duration, team.shifts):
            yield "with a team off duty"


def _within(start: int, duration: int, stretches: Iterable[Stretch]) -> bool:
    return any(first <= start and start + duration <= last for first, last in stretches)


def cost(problem: Problem, places: Mapping[str, Place], broken: Collection[str] = ()) -> Decimal:
    """What a plan costs; a booking that cannot be kept costs no change."""
    total = Decimal(0)
    for request in problem.requests:
        place = places.get(request.id)
        total += LEFT_OUT if place is None else _cost(request, place.start, place.yard)
        booked = request.booked
        if place and booked and request.id not in broken:
            same = (place.start, place.yard) == (booked.start, booked.yard)
            total += 0 if same else request.change_cost
    return total


def _cost(request: Request, start: int, yard: str) -> Decimal:
    late = max(0, start + request.duration - request.due)
    wait = request.wait_weight * (start - request.available)
    return (
        wait + request.late_weight * late + (request.move_cost if yard != request.home_yard else 0)
    )


def least(problem: Problem) -> Decimal:
    """The least that any plan costs, by trying everything: for a handful of requests."""
    return _least(problem, problem.requests, {}, Decimal("Infinity"))


def _least(
    problem: Problem, left: tuple[Request, ...], places: dict[str, Place], limit: Decimal
) -> Decimal:
    so_far = sum((_cost(r, places[r.id].start, places[r.id].yard) for r in problem.requests
                  if r.id in places), Decimal(0))  # fmt: skip
    so_far += LEFT_OUT * (len(problem.requests) - len(left) - len(places))
    if so_far >= limit:
        return limit
    if not left:
        return so_far
    request, rest = left[0], left[1:]
    for place in _anywhere(problem, request):
        tried = {**places, request.id: place}
        if not faults(problem, tried):
            limit = _least(problem, rest, tried, limit)
    return _least(problem, rest, places, limit)


def _anywhere(problem: Problem, request: Request) -> Iterator[Place]:
    for start in range(request.available, problem.slots_per_day * problem.days):
        for bay in problem.bays:
            for teams in _crews(problem, sorted(request.needs)):
                yield Place(start, bay.yard, bay.id, teams)


def _crews(problem: Problem, agencies: list[str]) -> Iterator[dict[str, str]]:
    if not agencies:
        yield {}
        return
    for rest in _crews(problem, agencies[1:]):
        for team in problem.teams:
            if team.agency == agencies[0]:
                yield {agencies[0]: team.id, **rest}


def assert_sound(problem: Problem, plan: Plan) -> None:
    """The plan is allowed, costs what it says, and its bound is no higher."""
    assert faults(problem, plan.places) == []
    assert cost(problem, plan.places, plan.broken) == plan.objective
    assert plan.bound <= plan.objective
    assert set(plan.unscheduled) == {each.id for each in problem.requests} - set(plan.places)
