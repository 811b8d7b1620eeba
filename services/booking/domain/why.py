"""Why a slot is not earlier: for each stretch before it, what is missing, computed from the masks.

A start is possible exactly if every part of the slot can begin then, so what is missing at a start
is each part that cannot: closed, away (off duty, or closed itself) or taken. Were all of them
there, the slot could begin.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from services.booking.domain import calendar as cal
from services.booking.domain import parts
from services.booking.domain.calendar import Calendar
from services.booking.domain.parts import Part, Want
from services.booking.domain.resources import Sort
from shared.contracts.values import BayKind

MOST = 24
"""Stretches that are told; the rest is one more, with what is missing at its start."""

KIND_ZH = {
    BayKind.PLAIN.value: "普通",
    BayKind.REEFER.value: "冷藏",
    BayKind.DANGEROUS.value: "危险品",
    BayKind.SCAN.value: "机检",
}
AGENCY_ZH = {"customs": "海关", "quarantine": "检验检疫"}


class State(StrEnum):
    """Why something is missing."""

    CLOSED = "closed"
    NONE = "none"
    AWAY = "away"
    QUOTA = "quota"
    TAKEN = "taken"


@dataclass(frozen=True)
class Missing:
    """One thing that is missing; `until` is when one of it can begin next, if it ever can.

    `sort` None is the yard itself; `many`: so many next to each other.
    """

    state: State
    until: datetime | None
    sort: Sort | None = None
    name: str = ""
    skills: tuple[str, ...] = ()
    many: int = 1


class Thing(Protocol):
    """What is missing: `name` is an agency, a bay's kind or gear's; `many` next to each other."""

    @property
    def sort(self) -> Sort | None:
        """What it is."""

    @property
    def name(self) -> str:
        """Of which kind."""

    @property
    def skills(self) -> tuple[str, ...]:
        """What it must know."""

    @property
    def many(self) -> int:
        """How many of it together."""


@dataclass(frozen=True)
class Stretch:
    """From the first start to (without) another the same is missing."""

    starts: datetime
    ends: datetime
    missing: tuple[Missing, ...]


def not_today(starts: datetime, until: datetime) -> Stretch:
    """The broker has as many slots of the day as it may."""
    return Stretch(starts, until, (Missing(State.QUOTA, until),))


def not_earlier(
    calendar: Calendar, want: Want, *, first: datetime, before: datetime
) -> tuple[Stretch, ...]:
    """What is missing at each start from `first` to (without) `before`, where none is possible."""
    begin, end = calendar.from_cell(first), calendar.from_cell(before)
    length = cal.cells_of(want.minutes)
    span = ((1 << max(0, end - begin)) - 1) << begin
    lacks = _lacks(calendar, want, length=length, span=span)
    found: list[Stretch] = []
    cell = begin
    while cell < end and len(found) <= MOST:
        here = [lack for lack in lacks if lack.cells >> cell & 1]
        last = end if len(found) == MOST else _same_until(lacks, cell, end)
        if here:
            missing = tuple(lack.told(calendar, cell) for lack in here)
            found.append(Stretch(calendar.start_of(cell), calendar.start_of(last), missing))
        cell = last
    return tuple(found)


@dataclass(frozen=True)
class _Lack:
    """The cells at which something is missing for one reason, and those at which it is there."""

    state: State
    cells: int
    there: int
    part: Part | None = None

    def told(self, calendar: Calendar, cell: int) -> Missing:
        """What a client is told of it at a cell."""
        later = self.there >> cell
        when = (later & -later).bit_length() - 1 + cell
        until = calendar.start_of(when) if later else None
        if self.part is None:
            return Missing(self.state, until)
        part = self.part
        return Missing(self.state, until, part.sort, part.name, part.skills, part.many)


def _lacks(calendar: Calendar, want: Want, *, length: int, span: int) -> list[_Lack]:
    opening = _opening(calendar, length)
    found = [_Lack(State.CLOSED, span & ~opening, opening)]
    for part in parts.of(calendar.yard, want):
        there = parts.beginnings(calendar, part, length).any
        missing = span & opening & ~there
        if not part.able:
            found.append(_Lack(State.NONE, missing, there, part))
            continue
        possible = parts.possible(calendar, part, length)
        found.append(_Lack(State.TAKEN, missing & possible, there, part))
        found.append(_Lack(State.AWAY, missing & ~possible, there, part))
    return [lack for lack in found if lack.cells]


def _opening(calendar: Calendar, length: int) -> int:
    return calendar.memo.kept(("opening", length), lambda: cal.runs(calendar.opening(), length))


def _same_until(lacks: list[_Lack], cell: int, end: int) -> int:
    """The first cell after this one at which anything else is missing."""
    last = end
    for lack in lacks:
        rest = lack.cells >> cell
        changed = ~rest if rest & 1 else rest
        changed &= (1 << (last - cell)) - 1
        if changed:
            last = cell + (changed & -changed).bit_length() - 1
    return last


def texts(calendar: Calendar, stretch: Stretch, want: Want) -> tuple[str, str]:
    """A stretch in words, English and Chinese, with the yard's local times."""
    until = _clock(calendar, stretch.ends, near=stretch.starts)
    said = [_said(calendar, each, stretch.starts, want) for each in stretch.missing]
    begins = " ".join(_local(stretch.starts, calendar.yard.zone))
    en = "; ".join(each for each, _ in said)
    zh = "；".join(each for _, each in said)
    return f"{begins} to {until}: {en}", f"{begins} 至 {until}：{zh}"


@lru_cache(maxsize=10_000)
def _local(moment: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Day and time of day in a zone. A few days' quarters of an hour are told again and again."""
    local = moment.astimezone(zone)
    return local.strftime("%Y-%m-%d"), local.strftime("%H:%M")


def _clock(calendar: Calendar, moment: datetime, *, near: datetime) -> str:
    """A moment in the yard's time; with its day, if that is another than of what is `near`."""
    day, clock = _local(moment, calendar.yard.zone)
    return clock if day == _local(near, calendar.yard.zone)[0] else f"{day} {clock}"


def _said(calendar: Calendar, missing: Missing, starts: datetime, want: Want) -> tuple[str, str]:
    en_until, zh_until = _until(calendar, missing, starts)
    if missing.state is State.QUOTA:
        return (
            f"your company has as many slots of the day as it may{en_until}",
            f"贵公司当日的时段已达上限{zh_until}",
        )
    if missing.sort is None:
        return (
            f"the yard is not open for {want.minutes} minutes on end{en_until}",
            f"查验场没有连续 {want.minutes} 分钟的开放时间{zh_until}",
        )
    en, zh = thing(missing)
    phrases = {
        State.NONE: (f"the yard has no {en}", f"查验场没有{zh}"),
        State.AWAY: (f"no {en} is on duty long enough{en_until}", f"{zh}均不在岗或停用{zh_until}"),
        State.TAKEN: (f"every {en} is taken{en_until}", f"{zh}均被占用{zh_until}"),
    }
    return phrases[missing.state]


def _until(calendar: Calendar, missing: Missing, starts: datetime) -> tuple[str, str]:
    if missing.until is None:
        return "", ""
    clock = _clock(calendar, missing.until, near=starts)
    return f" until {clock}", f"，直至 {clock}"


def thing(missing: Thing) -> tuple[str, str]:
    """What is missing in words, English and Chinese."""
    if missing.sort is Sort.BAY and missing.many > 1:
        return (
            f"row of {missing.many} bays that take {missing.name}",
            f"相邻的 {missing.many} 个可用于{KIND_ZH[missing.name]}的查验位",
        )
    if missing.sort is Sort.BAY:
        return f"bay that takes {missing.name}", f"可用于{KIND_ZH[missing.name]}的查验位"
    if missing.sort is Sort.GEAR:
        return missing.name, f"{missing.name} "
    skills = ", ".join(missing.skills)
    named = AGENCY_ZH.get(missing.name, missing.name)
    en = f"{missing.name} team" + (f" with skill {skills}" if skills else "")
    return en, f"具备技能（{skills}）的{named}查验组" if skills else f"{named}查验组"
