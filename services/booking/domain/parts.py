"""What a slot is made of: a bay, a team of each needed agency, gear of each kind that it takes.

Each part has the resources that could serve it, the one that could do least else first. When it
can begin is one integer, kept with the calendar until something changes there.
"""

import functools
import itertools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from services.booking.domain import calendar as cal
from services.booking.domain.calendar import Calendar
from services.booking.domain.memo import Beginnings, union
from services.booking.domain.resources import Bay, Gear, Resource, Sort, Team
from services.booking.domain.yard import Yard
from shared.contracts.values import AgencyNeed, BayKind, Scope


@dataclass(frozen=True)
class Want:
    """What a slot must have: neighbouring bays of this kind, and a team for each need."""

    bay_kind: BayKind
    needs: tuple[AgencyNeed, ...]
    bays: int = 1

    @cached_property
    def minutes(self) -> int:
        """How long the slot is: they inspect together."""
        return max((need.minutes for need in self.needs), default=0)

    @cached_property
    def scopes(self) -> frozenset[Scope]:
        """How deep the inspections go that happen in it."""
        return frozenset(need.scope for need in self.needs)


@dataclass(frozen=True, eq=False)
class Part:
    """One thing that a slot needs: `name` is the bay's kind, the agency, or the gear's kind.

    `many` of them are taken together: `beside` says for each of `able` which others.
    """

    sort: Sort
    name: str
    able: tuple[Resource, ...]
    skills: tuple[str, ...] = ()
    beside: tuple[tuple[Resource, ...], ...] = ()
    many: int = 1

    @property
    def is_gear(self) -> bool:
        """Is it something that the yard need not have?"""
        return self.sort is Sort.GEAR

    @cached_property
    def ids(self) -> frozenset[int]:
        """Of its resources."""
        every = (*self.able, *(each for beside in self.beside for each in beside))
        return frozenset(each.id for each in every)

    def together(self, place: int) -> tuple[Resource, ...]:
        """One of those that could serve it, with what is taken together with that."""
        return (self.able[place], *(self.beside[place] if self.beside else ()))


def bays_for(yard: Yard, kind: BayKind) -> list[Bay]:
    """The bays that can take goods of a kind, those of their own kind first."""
    able = [bay for bay in yard.bays if bay.takes(kind)]
    return sorted(able, key=lambda bay: (bay.kind is not kind, len(bay.also), bay.id))


def neighbours(yard: Yard, kind: BayKind, many: int) -> list[tuple[Bay, ...]]:
    """So many bays in a row, all of which can take goods of a kind, some day at the same time."""
    at: dict[tuple[str | None, int], list[Bay]] = {}
    able = bays_for(yard, kind)
    for bay in able:
        at.setdefault((bay.row, bay.position), []).append(bay)
    return [
        row
        for first in able
        if first.row is not None
        for row in itertools.product(
            [first], *(at.get((first.row, first.position + step), []) for step in range(1, many))
        )
        if max(bay.days[0] for bay in row) < min(bay.days[1] for bay in row)
    ]


def teams_for(yard: Yard, agency: str, skills: frozenset[str]) -> list[Team]:
    """The teams of an agency with all of these skills, those that could do little else first."""
    able = [team for team in yard.teams if team.can(agency, skills)]
    return sorted(able, key=lambda team: (len(team.skills), team.id))


def gear_for(yard: Yard, scopes: frozenset[Scope]) -> dict[str, list[Gear]]:
    """The yard's gear that serves the scopes, by kind: one of each kind is needed."""
    found: dict[str, list[Gear]] = {}
    for each in yard.gear:
        if each.scopes & scopes:
            found.setdefault(each.kind, []).append(each)
    return found


@lru_cache(maxsize=4096)
def of(yard: Yard, want: Want) -> tuple[Part, ...]:
    """The parts of a slot: the bay first, then the teams in the order of the needs, then gear."""
    teams = (_team(yard, need.agency, need.skills) for need in want.needs)
    return (_bay(yard, want.bay_kind, want.bays), *teams, *_gear(yard, want.scopes))


@lru_cache(maxsize=256)
def _bay(yard: Yard, kind: BayKind, many: int) -> Part:
    if many == 1:
        return Part(Sort.BAY, kind.value, tuple(bays_for(yard, kind)))
    rows = neighbours(yard, kind, many)
    first, beside = tuple(row[0] for row in rows), tuple(row[1:] for row in rows)
    return Part(Sort.BAY, kind.value, first, beside=beside, many=many)


@lru_cache(maxsize=1024)
def _team(yard: Yard, agency: str, skills: tuple[str, ...]) -> Part:
    return Part(Sort.TEAM, agency, tuple(teams_for(yard, agency, frozenset(skills))), skills)


@lru_cache(maxsize=256)
def _gear(yard: Yard, scopes: frozenset[Scope]) -> tuple[Part, ...]:
    return tuple(
        Part(Sort.GEAR, kind, tuple(those)) for kind, those in gear_for(yard, scopes).items()
    )


def beginnings(calendar: Calendar, part: Part, length: int, *, late: bool = False) -> Beginnings:
    """When which resource of the part is free for so many cells on end.

    `late`: teams may stay beyond their shifts as the yard allows. Gear that the yard has not on
    a day is not needed then.
    """
    key = (part, length, late)
    known = calendar.memo.several.get(key)
    if known is None or known.stale:
        if part.beside:
            masks = _of_rows(calendar, part, length, late=late)
        else:
            masks = [
                calendar.runs(each, length, late=late)
                if known is None or each.id in known.stale
                else known.masks[place]
                for place, each in enumerate(part.able)
            ]
        unneeded = calendar.everything() & ~needed(calendar, part) if part.is_gear else 0
        known = calendar.memo.several[key] = Beginnings(masks, also=unneeded)
    return known


def _of_rows(calendar: Calendar, part: Part, length: int, *, late: bool) -> list[int]:
    """When all of each row are free for so many cells on end; the calendar knows each of them."""
    return [
        _common(calendar.runs(each, length, late=late) for each in part.together(place))
        for place in range(len(part.able))
    ]


def needed(calendar: Calendar, part: Part) -> int:
    """The open cells of the days on which the yard has gear of that kind."""
    return union(calendar.known(each) for each in part.able if isinstance(each, Gear))


def possible(calendar: Calendar, part: Part, length: int) -> int:
    """The cells at which one of the part could begin, were nothing taken."""
    return calendar.memo.kept(
        (part, length),
        lambda: union(
            cal.runs(_common(map(calendar.up, part.together(place))), length)
            for place in range(len(part.able))
        ),
    )


def _common(masks: Iterable[int]) -> int:
    """The cells of all."""
    return functools.reduce(operator.and_, masks)
