"""Joint-slot instances and plans as JSON files.

An instance has `slots_per_day`, `horizon`, `yards`, `bays`, `teams` and `consignments`, all times
in slots from the horizon's start. `<agency>_skill` of a consignment is the skill that it needs of
that agency's team; without one that agency is not needed. What else a file has is not read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.booking.optimizer import planning
from services.booking.optimizer.problem import Bay, Place, Problem, Request, Team
from services.cli import reading
from services.cli.planning import shapes
from shared import errors


def read(path: Path) -> Problem:
    """The problem of a file. Leaves with code 2 and every fault what cannot be read."""
    return _problem(reading.read(path, shapes.InstanceIn, _incoherent))


def booked(problem: Problem, path: Path, change_cost: Decimal) -> Problem:
    """The problem in which the slots of a plan's file are booked."""
    known = {each.id for each in problem.requests}

    def strange(plan: shapes.PlanIn) -> Iterator[errors.Fault]:
        for name in sorted(set(plan.root) - known):
            yield _fault(f"/{name}", "The instance has no such consignment.", "实例中没有该货物。")

    plan = reading.read(path, shapes.PlanIn, strange).root
    places = {name: each.place() for name, each in plan.items()}
    return planning.booked(problem, places, change_cost=change_cost)


def _incoherent(given: shapes.InstanceIn) -> Iterator[errors.Fault]:
    """What is wrong between the parts of an instance."""
    if given.horizon % given.slots_per_day:
        yield _fault("/horizon", "It is no whole number of days.", "不是整天数。")
    for name in ("bays", "teams", "consignments"):
        yield from _twice(name, [each.id for each in getattr(given, name)])
    yield from _twice("yards", given.yards)
    yield from _both({bay.id for bay in given.bays} & {team.id for team in given.teams})
    yield from _no_skills(given.consignments)
    for name in ("bays", "teams"):
        yield from _elsewhere(name, [each.yard for each in getattr(given, name)], given.yards)
    for index, team in enumerate(given.teams):
        for number, (first, end) in enumerate(team.shifts):
            if first >= end:
                at = f"/teams/{index}/shifts/{number}"
                yield _fault(at, "It ends before it begins.", "结束不晚于开始。")


def _both(ids: Iterable[str]) -> Iterator[errors.Fault]:
    for each in sorted(ids):
        yield _fault("/teams", f"{each} is a bay too.", f"{each} 同时是查验位的编号。")


def _no_skills(consignments: Iterable[shapes.ConsignmentIn]) -> Iterator[errors.Fault]:
    for index, consignment in enumerate(consignments):
        for key, skill in consignment.skills.items():
            if key == shapes.SKILL or not _is_skill(skill):
                at = f"/consignments/{index}/{key}"
                yield _fault(at, "It is no skill of an agency.", "不是机构的技能。")


def _is_skill(skill: object) -> bool:
    """Nothing, or the name of a skill."""
    return skill is None or (isinstance(skill, str) and len(skill) <= shapes.LONGEST)


def _twice(name: str, ids: Iterable[str]) -> Iterator[errors.Fault]:
    for each, count in Counter(ids).items():
        if count > 1:
            yield _fault(f"/{name}", f"{each} is there {count} times.", f"{each} 重复出现。")


def _elsewhere(name: str, places: Iterable[str], yards: tuple[str, ...]) -> Iterator[errors.Fault]:
    for index, yard in enumerate(places):
        if yard not in yards:
            at = f"/{name}/{index}/yard"
            yield _fault(at, f"{yard} is not among the yards.", f"{yard} 不在查验场列表中。")


def _fault(pointer: str, en: str, zh: str) -> errors.Fault:
    return errors.Fault(code="incoherent-instance", pointer=pointer, en=en, zh=zh)


def _problem(given: shapes.InstanceIn) -> Problem:
    days = given.horizon // given.slots_per_day
    all_day = tuple((d * given.slots_per_day, (d + 1) * given.slots_per_day) for d in range(days))
    return Problem(
        slots_per_day=given.slots_per_day,
        days=days,
        yards=given.yards,
        bays=tuple(Bay(bay.id, bay.yard, frozenset(bay.kinds), all_day) for bay in given.bays),
        teams=tuple(
            Team(team.id, team.yard, team.agency, frozenset(team.skills), team.shifts)
            for team in given.teams
        ),
        requests=tuple(_request(each) for each in given.consignments),
    )


def _request(each: shapes.ConsignmentIn) -> Request:
    return Request(
        id=each.id,
        requested=each.requested,
        available=each.available,
        duration=each.duration,
        due=each.due,
        home_yard=each.home_yard,
        bay_kind=each.bay_kind,
        needs=each.needs(),
        wait_weight=each.wait_weight,
        late_weight=each.late_weight,
        move_cost=each.move_cost,
    )


def written(places: Mapping[str, Place]) -> dict[str, dict[str, Any]]:
    """A plan as a file has it: consignment -> start, yard, bay and a team of each agency."""
    return {
        name: {
            "start": place.start,
            "yard": place.yard,
            "bay": place.bay,
            **{f"{agency}{shapes.TEAM}": team for agency, team in place.teams.items()},
        }
        for name, place in places.items()
    }
