"""Versions and closures of a yard: made, tried, lifted. Bad data is refused whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import yardbook
from services.booking.commands import waiting, yard_changes
from services.booking.commands.turn import Turn
from services.booking.commands.yard_changes import Plan
from services.booking.domain import layers, refusals, roster_rules
from services.booking.domain.bare import left_bare
from services.booking.domain.fit import Choice
from services.booking.domain.layers import Layer
from services.booking.domain.resources import ALWAYS, Closure, Days, Sort
from services.booking.domain.roster_rules import Skills
from services.booking.domain.yard import Yard
from services.booking.line import Freed
from services.booking.store import Reading
from services.booking.yardbook import Books
from shared.contracts.values import BayKind
from shared.errors import Faults

Told = Mapping[UUID, tuple[int, Choice | None]]
"""Of each booking that is hit, by the plan that somebody was told: its version and new slot."""


@dataclass(frozen=True)
class Version:
    """A version that somebody wants: for which local days, and all that the yard then is."""

    first: date
    end: date | None
    content: Mapping[str, Any]

    @property
    def days(self) -> Days:
        """The days."""
        return self.first, self.end or date.max


@dataclass(frozen=True)
class Closing:
    """A closure that somebody wants: of a resource, or of the whole yard; None: from now on."""

    sort: Sort | None
    code: str | None
    starts: datetime | None
    ends: datetime


@dataclass(frozen=True)
class Maker:
    """Who changes a yard, and why; a supervisor's `agency` may change its own teams alone."""

    subject: str
    agency: str | None
    reason: str


def with_version(
    books: Books, code: str, wanted: Version, *, who: Maker, skills: Skills, turn: Turn
) -> Yard:
    """The yard as it would be. Raises YardNotFound, PastIsFixed, NothingToChange, OthersResources
    and Faults with everything that is wrong with the content.
    """
    yard = turn.yard(code)
    today = yard.local_day(turn.now)
    if wanted.first <= today:
        raise refusals.PastIsFixed(pointer="/valid_from", today=today.isoformat())
    if wanted.end is not None and wanted.end <= wanted.first:
        raise refusals.PastIsFixed(pointer="/valid_to", valid_from=wanted.first.isoformat())
    found = roster_rules.faults(wanted.content, skills=skills)
    if found:
        raise Faults(*(replace(each, pointer=f"/content{each.pointer}") for each in found))
    held = books.layers[code]
    if who.agency is not None:
        for each in _held(held, wanted.days):
            if not _own_alone(each.content, wanted.content, who.agency):
                raise refusals.OthersResources(agency=who.agency)
    ids = _ids(yard, wanted.content)
    layer = Layer(held[-1].number + 1, wanted.days, wanted.content)
    if not _changes(held, layer, ids=ids):
        raise refusals.NothingToChange()
    return replace(yard, eras=layers.eras([*held, layer], ids=ids))


def with_closure(code: str, wanted: Closing, *, who: Maker, turn: Turn) -> tuple[Yard, Closure]:
    """The yard as it would be. Raises YardNotFound, ClosureTooLate, NoSuchResource and
    OthersResources.
    """
    yard = turn.yard(code)
    starts = turn.now if wanted.starts is None else wanted.starts
    if starts < turn.now:
        raise refusals.ClosureTooLate(pointer="/starts", now=turn.now.isoformat())
    if wanted.ends <= starts:
        raise refusals.ClosureTooLate(pointer="/ends", starts=starts.isoformat())
    if wanted.sort is not None and wanted.code is not None:
        find = {Sort.BAY: yard.bay, Sort.TEAM: yard.team, Sort.GEAR: yard.tool}[wanted.sort]
        if find(wanted.code, at=starts) is None:
            raise refusals.NoSuchResource(pointer="/code", code=wanted.code)
    if who.agency is not None:
        team = yard.team(wanted.code or "", at=starts) if wanted.sort is Sort.TEAM else None
        if team is None or team.agency != who.agency:
            raise refusals.OthersResources(agency=who.agency)
    closure = Closure(0, starts, wanted.ends, wanted.sort, wanted.code)
    return replace(yard, closures=(*yard.closures, closure)), closure


async def tried(
    session: Reading, after: Yard, *, closure: Closure | None = None, turn: Turn
) -> Plan:
    """What a change would hit, where that would go, and what a closure leaves the yard without."""
    before = turn.yard(after.code)
    planned = await yard_changes.plan(session, before, after, turn=turn)
    bare = () if closure is None else left_bare(before, after, closure)
    return replace(planned, bare=tuple((each, each.texts(after)) for each in bare))


async def make_version(
    session: AsyncSession, after: Yard, wanted: Version, *, who: Maker, told: Told, turn: Turn
) -> tuple[int, Plan]:
    """Make a version and move what it hits, as was told. Nobody else may place anything: see
    `yardbook.alone`. Raises YardMovedOn with the plan as it is now.
    """
    planned = await _agreed(session, after, told, turn=turn)
    number = await yardbook.next_version(
        session,
        after.code,
        wanted.content,
        valid_from=wanted.first,
        valid_to=wanted.end,
        reason=who.reason,
        author=who.subject,
        made_at=turn.wall,
    )
    await _carry_out(session, planned, who=who, turn=turn)
    return number, planned


async def make_closure(
    session: AsyncSession, after: Yard, closure: Closure, *, who: Maker, told: Told, turn: Turn
) -> tuple[int, Plan]:
    """Close something and move what that hits, as was told; see `make_version`."""
    planned = await _agreed(session, after, told, closure=closure, turn=turn)
    number = await yardbook.close(
        session,
        after.code,
        sort=None if closure.sort is None else closure.sort.value,
        code=closure.code,
        starts=closure.starts,
        ends=closure.ends,
        reason=who.reason,
        author=who.subject,
        made_at=turn.wall,
    )
    await _carry_out(session, planned, who=who, turn=turn)
    return number, planned


async def lift(session: AsyncSession, code: str, number: int, *, who: Maker, turn: Turn) -> None:
    """End a closure now. Raises YardNotFound, ClosureNotFound, ClosureOver, OthersResources."""
    yard = turn.yard(code)
    closure = await yardbook.closure(session, code, number)
    if closure is None:
        raise refusals.ClosureNotFound(id=number)
    if closure["lifted_at"] is not None or closure["ends"] <= turn.now:
        raise refusals.ClosureOver(id=number)
    if who.agency is not None:
        team = yard.team(closure["code"] or "") if closure["sort"] == Sort.TEAM else None
        if team is None or team.agency != who.agency:
            raise refusals.OthersResources(agency=who.agency)
    await yardbook.lift(session, number, at=turn.now, by=who.subject, reason=who.reason)
    changed = replace(turn, yards=(await yardbook.read(session)).yards)
    freed = Freed(code, tuple(BayKind), turn.now, closure["ends"])
    await waiting.pass_on(session, freed, turn=changed)


async def _agreed(
    session: AsyncSession, after: Yard, told: Told, *, closure: Closure | None = None, turn: Turn
) -> Plan:
    planned = await tried(session, after, closure=closure, turn=turn)
    if not await yard_changes.agreed(session, planned, told):
        raise refusals.YardMovedOn(plan=yard_changes.facts_of(planned))
    return planned


async def _carry_out(session: AsyncSession, planned: Plan, *, who: Maker, turn: Turn) -> None:
    """The yards are read again: what is new now has an id."""
    books = await yardbook.read(session)
    changed = replace(turn, yards=books.yards)
    reason = yard_changes.reason_of(who.reason)
    await yard_changes.carry_out(session, planned, reason=reason, turn=changed)


def _changes(held: Sequence[Layer], layer: Layer, *, ids: layers.Ids) -> bool:
    """Does a version say anything on any of its days that does not hold then already?"""
    wanted = layers.era_of(replace(layer, number=0, days=ALWAYS), ids=ids)
    return any(
        layers.era_of(replace(each, number=0, days=ALWAYS), ids=ids) != wanted
        for each in _held(held, layer.days)
    )


def _held(held: Sequence[Layer], days: Days) -> list[Layer]:
    """The versions that hold on any of the days."""
    first, end = days
    begins = {first} | {day for each in held for day in each.days if first < day < end}
    return [layers.in_force(held, day) for day in sorted(begins)]


def _own_alone(now: Mapping[str, Any], then: Mapping[str, Any], agency: str) -> bool:
    """Does nothing but that agency's teams change?"""

    def others(content: Mapping[str, Any]) -> object:
        ids = {each: number for number, each in enumerate(sorted(layers.codes(content)))}
        era = layers.era_of(Layer(0, ALWAYS, content), ids=ids)
        rest = sorted(
            (team for team in era.teams if team.agency != agency), key=lambda each: each.code
        )
        teams = tuple(replace(team, id=0) for team in rest)
        bays = tuple(replace(each, id=0) for each in era.bays)
        gear = tuple(replace(each, id=0) for each in era.gear)
        return replace(era, teams=teams, bays=bays, gear=gear)

    return others(now) == others(then)


def _ids(yard: Yard, content: Mapping[str, Any]) -> dict[tuple[Sort, str], int]:
    """The ids of what is there and, below 0, of what is not there yet."""
    known = {
        (sort, each.code): each.id
        for sort, those in ((Sort.BAY, yard.bays), (Sort.TEAM, yard.teams), (Sort.GEAR, yard.gear))
        for each in those
    }
    new = [each for each in layers.codes(content) if each not in known]
    return known | {each: -number for number, each in enumerate(new, start=1)}
