"""Small problems, to be varied."""

from collections.abc import Mapping
from decimal import Decimal

from services.booking.optimizer import planning
from services.booking.optimizer.budget import Budget
from services.booking.optimizer.problem import Bay, Problem, Request, Stretch, Team
from services.booking.optimizer.result import NoPlan, Outcome, Plan

DAY = 8
"""Slots in a day."""


def bay(name: str = "B1", yard: str = "Y1", *, kinds: str = "plain", days: int = 2) -> Bay:
    """A bay that is open all day; `kinds` separated by spaces."""
    hours = tuple((DAY * day, DAY * day + DAY) for day in range(days))
    return Bay(name, yard, frozenset(kinds.split()), hours)


def team(
    name: str, *shifts: Stretch, agency: str = "customs", yard: str = "Y1", skills: str = "general"
) -> Team:
    """A team; on duty all of two days unless told."""
    return Team(name, yard, agency, frozenset(skills.split()), shifts or ((0, DAY), (DAY, 2 * DAY)))


def request(
    name: str = "1",
    *,
    available: int = 0,
    duration: int = 2,
    due: int = 100,
    yard: str = "Y1",
    kind: str = "plain",
    needs: Mapping[str, str] | None = None,
    wait: int | str = 1,
    late: int | str = 0,
    move: int = 0,
    yards: str | None = None,
) -> Request:
    """A request that needs a general customs team unless told; `needs` is agency -> skills."""
    wanted = {"customs": "general"} if needs is None else needs
    return Request(
        id=name,
        requested=Decimal(0),
        available=available,
        duration=duration,
        due=due,
        home_yard=yard,
        bay_kind=kind,
        needs={agency: frozenset(skills.split()) for agency, skills in wanted.items()},
        wait_weight=Decimal(wait),
        late_weight=Decimal(late),
        move_cost=Decimal(move),
        yards=None if yards is None else frozenset(yards.split()),
    )


def problem(
    *requests: Request,
    bays: tuple[Bay, ...] | None = None,
    teams: tuple[Team, ...] | None = None,
    days: int = 2,
) -> Problem:
    """One bay and two customs teams unless told; the yards are those of the bays."""
    bays = (bay(),) if bays is None else bays
    teams = (team("C1"), team("C2")) if teams is None else teams
    yards = tuple(sorted({each.yard for each in bays} | {each.yard for each in teams}))
    return Problem(DAY, days, yards, bays, teams, requests)


def planned(given: Problem, *, turns: int = 4, seed: int = 1) -> Plan:
    """A plan of a few turns: enough for problems of a handful of requests."""
    found = outcome(given, turns=turns, seed=seed)
    assert isinstance(found, Plan)
    return found


def outcome(given: Problem, *, turns: int = 4, seed: int = 1) -> Outcome:
    """What planning comes to."""
    return planning.plan(given, budget=Budget(turns=turns), seed=seed)


def refused(given: Problem) -> NoPlan:
    """The refusal of a problem of which nothing can be planned."""
    found = outcome(given)
    assert isinstance(found, NoPlan)
    return found
