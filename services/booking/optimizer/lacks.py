"""Why a request can have no slot, said by name, with what would help."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.booking.optimizer.able import bay_serves, team_serves
from services.booking.optimizer.conflicts import Conflicts, told
from services.booking.optimizer.problem import Problem, Request, Stretch

TRIED = 1
"""For how many requests that are left out CP-SAT looks for what stands in their way: seconds."""


@dataclass(frozen=True)
class Lack:
    """What is missing for a request, and what would help. `rule` is a stable name of the reason."""

    rule: str
    en: str
    zh: str
    mend: str
    mend_zh: str


class Lacks:
    """What the requests of a problem lack."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._conflicts = Conflicts(problem)
        self._latest: dict[tuple[object, ...], int] = {}

    def without(self, places: Mapping[str, object]) -> dict[str, Lack]:
        """For each request without a place what it lacks: alone, or with all the others there."""
        left = [each for each in self._problem.requests if each.id not in places]
        alone = {each.id: self.alone(each) for each in left}
        crowded = [each for each in left if alone[each.id] is None]
        tried = {each.id for each in crowded[:TRIED]}
        return {
            each.id: alone[each.id] or self._crowded(each, thorough=each.id in tried)
            for each in left
        }

    def hopeless(self) -> dict[str, Lack]:
        """The requests that cannot be served even alone."""
        found = ((request.id, self.alone(request)) for request in self._problem.requests)
        return {name: lack for name, lack in found if lack is not None}

    def alone(self, request: Request) -> Lack | None:
        """What a request lacks even if it were the only one; None if it could be served."""
        problem = self._problem
        if request.duration > problem.slots_per_day:
            return _too_long(problem, request)
        if not any(bay_serves(bay, request) for bay in problem.bays):
            return _no_bay(request)
        for agency in request.needs:
            if not any(team_serves(team, request, agency) for team in problem.teams):
                return _no_team(request, agency)
        if self._latest_start(request) < request.available:
            return _never_together(request)
        return None

    def _crowded(self, request: Request, *, thorough: bool) -> Lack:
        """What stands in the way of a request that could be served alone."""
        conflict = self._conflicts.counted(request)
        if conflict is None and thorough:
            conflict = self._conflicts.tried(request)
        return _crowded() if conflict is None else Lack("conflict", **told(conflict))

    def _latest_start(self, request: Request) -> int:
        """The last start at which a bay and a team of each agency are there in time; or -1."""
        needs = frozenset(request.needs.items())
        key = (request.bay_kind, needs, request.duration, request.yards)
        if key not in self._latest:
            yards = filter(request.admits, self._problem.yards)
            starts = (_starts(self._problem, request, yard) for yard in yards)
            self._latest[key] = max((each.bit_length() - 1 for each in starts), default=-1)
        return self._latest[key]


def _starts(problem: Problem, request: Request, yard: str) -> int:
    """The starts in a yard at which all that is needed is there, as bits."""
    length, width = request.duration, problem.slots_per_day
    hours = [
        {s for bay in problem.bays if bay.yard == yard and bay_serves(bay, request)
         for s in bay.open}
    ]  # fmt: skip
    for agency in request.needs:
        able = [t for t in problem.teams if t.yard == yard and team_serves(t, request, agency)]
        hours.append({shift for team in able for shift in team.shifts})
    days = {(day * width, (day + 1) * width) for day in range(problem.days)}
    found = -1
    for stretches in (days, *hours):
        found &= _bits(stretches, length)
    return found


def _bits(stretches: Iterable[Stretch], length: int) -> int:
    """The starts from which so many slots lie in one of the stretches, as bits."""
    bits = 0
    for first, end in stretches:
        count = end - length - max(0, first) + 1
        if count > 0:
            bits |= ((1 << count) - 1) << max(0, first)
    return bits


def _too_long(problem: Problem, request: Request) -> Lack:
    return Lack(
        "longer-than-a-day",
        f"It takes {request.duration} slots; a day has {problem.slots_per_day}.",
        f"查验需 {request.duration} 个时间格，一天只有 {problem.slots_per_day} 个。",
        "Split the inspection over several requests.",
        "请分成多次预约查验。",
    )


def _no_bay(request: Request) -> Lack:
    return Lack(
        "no-bay",
        f"No yard has a bay of kind {request.bay_kind}.",
        f"没有任何查验场设有 {request.bay_kind} 类查验位。",
        f"Add a bay of kind {request.bay_kind}.",
        f"请增设 {request.bay_kind} 类查验位。",
    )


def _no_team(request: Request, agency: str) -> Lack:
    skills = ", ".join(sorted(request.needs[agency])) or "-"
    return Lack(
        "no-team",
        f"No team of {agency} has the skill {skills}.",
        f"{agency} 没有具备 {skills} 技能的查验组。",
        f"Put a team of {agency} with {skills} on the roster.",
        f"请为 {agency} 排入具备 {skills} 技能的查验组。",
    )


def _never_together(request: Request) -> Lack:
    who = " + ".join((request.bay_kind, *sorted(request.needs)))
    return Lack(
        "never-together",
        f"From slot {request.available} on, no yard has {who} on duty together for "
        f"{request.duration} slots of one day.",
        f"自第 {request.available} 格起，没有查验场能让 {who} 在同一天同时连续到场 "
        f"{request.duration} 格。",
        "Let the shifts overlap longer, or lengthen the horizon.",
        "请延长班次的重叠时间，或延长计划期。",
    )


def _crowded() -> Lack:
    return Lack(
        "crowded",
        "It could be served alone; all that would serve it is taken by other requests, "
        "or its slot would cost more than being left out.",
        "单独可以安排；但能为其服务的资源均已被其他预约占用，或安排费用高于不安排。",
        "Lengthen the horizon, or add teams and bays of the kinds that it needs.",
        "请延长计划期，或增加其所需的查验组与查验位。",
    )
