"""Joint-slot instances and plans as JSON files.

An instance has `slots_per_day`, `horizon`, `yards`, `bays`, `teams` and `consignments`, all times
in slots from the horizon's start. `<agency>_skill` of a consignment is the skill that it needs of
that agency's team; without one that agency is not needed. What else a file has is not read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel

from services.booking.optimizer.problem import Bay, Place, Problem, Request, Team
from services.cli import console
from shared import errors
from shared.http import body

SKILL, TEAM = "_skill", "_team"
Model = TypeVar("Model", bound=BaseModel)
MOST_SLOTS = 100_000
Name = Annotated[str, Field(min_length=1, max_length=200)]
Money = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=12, decimal_places=4)]
Slot = Annotated[int, Field(ge=0, le=MOST_SLOTS)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)


class BayIn(_Read):
    """A bay, open all day."""

    id: Name
    yard: Name
    kinds: tuple[Name, ...]


class TeamIn(_Read):
    """A team, on duty in its shifts: each from a slot up to, but without, another."""

    id: Name
    agency: Name
    yard: Name
    skills: tuple[Name, ...]
    shifts: tuple[tuple[Slot, Slot], ...]


class ConsignmentIn(_Read):
    """A consignment that wants a slot."""

    model_config = ConfigDict(extra="allow")

    id: Name
    requested: Decimal = Decimal(0)
    available: Slot
    duration: Annotated[int, Field(ge=1, le=MOST_SLOTS)]
    due: Annotated[int, Field(ge=-MOST_SLOTS, le=10 * MOST_SLOTS)]
    home_yard: Name
    bay_kind: Name
    wait_weight: Money
    late_weight: Money
    move_cost: Money = Decimal(0)

    def needs(self) -> dict[str, frozenset[str]]:
        """Agency -> the skill that it needs."""
        return {
            key.removesuffix(SKILL): frozenset({skill})
            for key, skill in sorted((self.model_extra or {}).items())
            if key.endswith(SKILL) and isinstance(skill, str) and skill
        }


class InstanceIn(_Read):
    """A joint-slot instance."""

    slots_per_day: Annotated[int, Field(ge=1, le=MOST_SLOTS)]
    horizon: Annotated[int, Field(ge=1, le=MOST_SLOTS)]
    yards: Annotated[tuple[Name, ...], Field(min_length=1)]
    bays: tuple[BayIn, ...]
    teams: tuple[TeamIn, ...]
    consignments: tuple[ConsignmentIn, ...]


class PlaceIn(_Read):
    """A slot of a plan."""

    model_config = ConfigDict(extra="allow")

    start: Slot
    yard: Name
    bay: Name

    def place(self) -> Place:
        """The slot as the optimizer has it."""
        teams = {
            key.removesuffix(TEAM): team
            for key, team in sorted((self.model_extra or {}).items())
            if key.endswith(TEAM) and isinstance(team, str)
        }
        return Place(self.start, self.yard, self.bay, teams)


class PlanIn(RootModel[dict[str, PlaceIn]]):
    """A plan: consignment -> slot."""


def read(path: Path) -> Problem:
    """The problem of a file. Leaves with code 2 and every fault what cannot be read."""
    given = _read(path, InstanceIn)
    if wrong := [*_incoherent(given)]:
        _refuse(path, errors.Faults(*wrong))
    return _problem(given)


def booked(problem: Problem, path: Path, change_cost: Decimal) -> Problem:
    """The problem in which the slots of a plan's file are booked."""
    plan = _read(path, PlanIn).root
    if strange := sorted(set(plan) - {each.id for each in problem.requests}):
        faults = (
            _fault(f"/{name}", "The instance has no such consignment.", "实例中没有该货物。")
            for name in strange
        )
        _refuse(path, errors.Faults(*faults))
    requests = (
        replace(each, booked=plan[each.id].place(), change_cost=change_cost)
        if each.id in plan
        else each
        for each in problem.requests
    )
    return replace(problem, requests=tuple(requests))


def _read(path: Path, model: type[Model]) -> Model:
    """A file as its model reads it. Leaves with code 2 and every fault."""
    try:
        return body.parse(model, path.read_bytes())
    except OSError as error:
        console.fail(
            f"{path}: {error.strerror}.",
            chinese=f"无法读取 {path}。",
            mend="Name a file that can be read.",
            mend_zh="请指明可读取的文件。",
        )
    except errors.Refused as refused:
        _refuse(path, refused)


def _refuse(path: Path, refused: errors.Refused) -> NoReturn:
    faults = refused.faults if isinstance(refused, errors.Faults) else ()
    told = "".join(f"\n  {each.pointer or '/'}: {each.en} {each.zh}" for each in faults)
    console.fail(
        f"{path}: {refused.en}{told}",
        chinese=f"{path}：{refused.zh}",
        mend=refused.mend,
        mend_zh=refused.mend_zh,
    )


def _incoherent(given: InstanceIn) -> Iterator[errors.Fault]:
    """What is wrong between the parts of an instance."""
    if given.horizon % given.slots_per_day:
        yield _fault("/horizon", "It is no whole number of days.", "不是整天数。")
    for name in ("bays", "teams", "consignments"):
        yield from _twice(name, [each.id for each in getattr(given, name)])
    yield from _twice("yards", given.yards)
    for name in ("bays", "teams"):
        yield from _elsewhere(name, [each.yard for each in getattr(given, name)], given.yards)
    for index, team in enumerate(given.teams):
        for number, (first, end) in enumerate(team.shifts):
            if first >= end:
                at = f"/teams/{index}/shifts/{number}"
                yield _fault(at, "It ends before it begins.", "结束不晚于开始。")


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


def _problem(given: InstanceIn) -> Problem:
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


def _request(each: ConsignmentIn) -> Request:
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
            **{f"{agency}{TEAM}": team for agency, team in place.teams.items()},
        }
        for name, place in places.items()
    }
