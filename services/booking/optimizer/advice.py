"""Which bay or team more would help most: estimated by prices, checked by planning again."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from services.booking.optimizer import planning
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.problem import LEFT_OUT, Bay, Problem, Team
from services.booking.optimizer.result import Plan
from services.booking.optimizer.worth import CHECKED, Help, worth


def advise(
    problem: Problem,
    plan: Plan,
    models: Iterable[Bay | Team],
    *,
    budget: Budget,
    seed: int,
    left_out: Decimal = LEFT_OUT,
) -> tuple[Help, ...]:
    """What would help most, the best first; nothing that saves nothing.

    `models` are what could be added, with their hours: those that are worth most are tried, each
    within `budget`.
    """
    valued = sorted(((worth(each, plan.worths), each.id, each) for each in models), reverse=True,
                    key=lambda found: found[:2])  # fmt: skip
    found = []
    for value, _, like in valued[:CHECKED]:
        if value <= 0:
            break
        more = planning.plan(_with(problem, like), budget=budget, seed=seed, left_out=left_out)
        if isinstance(more, Plan) and more.objective < plan.objective:
            found.append(Help(like, value, plan.objective - more.objective))
    return tuple(sorted(found, key=lambda each: -each.saved))


def kinds(problem: Problem) -> tuple[Bay | Team, ...]:
    """One of each sort of bay and team that there is: the same yard, abilities and hours."""
    resources: tuple[Bay | Team, ...] = (*problem.bays, *problem.teams)
    found = {replace(each, id=""): each for each in reversed(resources)}
    return tuple(found.values())


def _with(problem: Problem, like: Bay | Team) -> Problem:
    more = replace(like, id=f"{like.id}+")
    if isinstance(more, Bay):
        return replace(problem, bays=(*problem.bays, more))
    return replace(problem, teams=(*problem.teams, more))
