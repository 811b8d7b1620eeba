"""Can some requests all be served? Exactly, by CP-SAT: for a few dozen."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from services.booking.optimizer.able import bay_serves, team_serves
from services.booking.optimizer.problem import Bay, Problem, Request, Team

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntervalVar, IntVar

EFFORT = 0.2
"""CP-SAT's deterministic time for the question."""

Busy = dict[str, list["IntervalVar"]]


def possible(problem: Problem, requests: Sequence[Request]) -> bool | None:
    """Can these be served together, at whatever cost? None if that could not be found out."""
    from ortools.sat.python import cp_model  # takes a second, and is seldom needed

    model = cp_model.CpModel()
    busy: Busy = defaultdict(list)
    for request in requests:
        _place(model, problem, request, busy)
    for intervals in busy.values():
        model.add_no_overlap(intervals)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EFFORT
    found = solver.solve(model)
    return {cp_model.OPTIMAL: True, cp_model.FEASIBLE: True, cp_model.INFEASIBLE: False}.get(found)


def _place(model: "CpModel", problem: Problem, request: Request, busy: Busy) -> None:
    """One yard, one start within a day, and one of each class that is free then."""
    start = model.new_int_var(request.available, max(request.available, problem.horizon), "")
    yards = {yard: model.new_bool_var("") for yard in problem.yards}
    model.add_exactly_one(yards.values())
    bays: list[Bay | Team] = [bay for bay in problem.bays if bay_serves(bay, request)]
    teams: list[list[Bay | Team]] = [
        [team for team in problem.teams if team_serves(team, request, agency)]
        for agency in request.needs
    ]
    for able in (bays, *teams):
        taken = []
        for each in able:
            took = model.new_bool_var("")
            taken.append(took)
            model.add_implication(took, yards[each.yard])
            _only_on_duty(model, problem, request, start, each, took)
            interval = model.new_optional_fixed_size_interval_var(start, request.duration, took, "")
            busy[each.id].append(interval)
        model.add_exactly_one(taken)


def _only_on_duty(
    model: "CpModel",
    problem: Problem,
    request: Request,
    start: "IntVar",
    resource: Bay | Team,
    took: "IntVar",
) -> None:
    from ortools.sat.python import cp_model

    starts = list(_starts(problem, request, resource))
    domain = cp_model.Domain.from_intervals(starts)
    model.add_linear_expression_in_domain(start, domain).only_enforce_if(took)


def _starts(problem: Problem, request: Request, resource: Bay | Team) -> Iterable[list[int]]:
    """The starts, first to last, at which a stretch of its hours in one day is long enough."""
    hours = resource.open if isinstance(resource, Bay) else resource.shifts
    width = problem.slots_per_day
    for first, end in hours:
        for day in range(max(0, first) // width, -(-min(end, problem.horizon) // width)):
            low, high = max(first, day * width), min(end, (day + 1) * width) - request.duration
            if low <= high:
                yield [low, high]
