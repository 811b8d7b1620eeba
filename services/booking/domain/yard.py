"""A shared inspection yard: its places, its teams, its hours. All of it is dated data, not code.

What holds changes from day to day: an `Era` is what holds on some local days without a change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.booking.domain.resources import (
    ALWAYS,
    Bay,
    Closure,
    Days,
    Gear,
    Hours,
    Move,
    Span,
    Team,
    moment,
)
from shared.contracts.envelope import Fact
from shared.contracts.values import Instant

MIDNIGHT = time(0, 0)
NOON = time(12, 0)
Dated = TypeVar("Dated", Bay, Team, Gear)


@dataclass(frozen=True)
class Era:
    """What holds on some local days, by the yard's version `number`.

    `weekdays` are the hours from Monday (0) to Sunday (6), `holidays` those of single days; None
    is closed. `moves` are the ways from terminals, `move` the one from any other. Cargo is
    available `availability_minutes` after arrival and free of storage charges until the end of
    the `free_days`-th local day after that. A team may stay `overtime_minutes` after its shift.
    `same_day_quota`: a broker that has so many slots of a day gets no more of them on that day.
    """

    number: int
    name_zh: str
    name_en: str
    weekdays: tuple[Hours | None, ...]
    moves: Mapping[str, Move]
    move: Move
    availability_minutes: int
    free_days: int
    bays: tuple[Bay, ...]
    teams: tuple[Team, ...]
    gear: tuple[Gear, ...] = ()
    holidays: Mapping[date, Hours | None] | None = None
    overtime_minutes: int = 0
    same_day_quota: int | None = None
    days: Days = ALWAYS

    def hours(self, day: date) -> Hours | None:
        """Opening hours of a day; None if the yard is closed."""
        special = self.holidays or {}
        return special[day] if day in special else self.weekdays[day.weekday()]

    def from_terminal(self, terminal: str) -> Move:
        """The way from a terminal."""
        return self.moves.get(terminal, self.move)


@dataclass(frozen=True, eq=False)
class Yard:
    """One yard; two are the same only if they are one object, so that answers can be cached by it.

    `eras` follow each other without a gap, from the beginning of time to its end. A bay whose kind
    changes, or a team whose shift does, is another value before and after.
    """

    code: str
    zone: ZoneInfo
    eras: tuple[Era, ...]
    closures: tuple[Closure, ...] = ()

    @cached_property
    def bays(self) -> tuple[Bay, ...]:
        """The bays of all days, each with its days."""
        return _dated((era.days, era.bays) for era in self.eras)

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """The teams of all days, each with its days."""
        return _dated((era.days, era.teams) for era in self.eras)

    @cached_property
    def gear(self) -> tuple[Gear, ...]:
        """The gear of all days, each with its days."""
        return _dated((era.days, era.gear) for era in self.eras)

    def on(self, day: date) -> Era:
        """What holds on a local day."""
        return next(era for era in self.eras if _on(era.days, day))

    def at(self, when: datetime) -> Era:
        """What holds at a moment."""
        return self.on(self.local_day(when))

    def open_on(self, day: date) -> Span | None:
        """Opening hours that begin on a local day, in UTC; None if the yard is closed."""
        hours = self.on(day).hours(day)
        return None if hours is None else hours.on(day, self.zone)

    def open_days(self, at: datetime) -> tuple[date, ...]:
        """The local days in whose opening hours a moment is; its own if it is in none's."""
        days = self._days(at)
        spans = ((day, self.open_on(day)) for day in days)
        return tuple(d for d, span in spans if span and span[0] <= at < span[1]) or days[:1]

    def overtime(self, team: Team, day: date) -> Span:
        """When a team may stay on after the shift that begins on a day; nothing off duty."""
        spans = list(team.work.spans(day, self.zone))
        if not spans:
            nothing = self.day(day)[0]
            return nothing, nothing
        ends = spans[-1][1]
        return ends, ends + timedelta(minutes=self.on(day).overtime_minutes)

    def local_day(self, when: datetime) -> date:
        """The day a moment falls on in the yard's zone."""
        return when.astimezone(self.zone).date()

    def day(self, day: date) -> Span:
        """A local day from midnight to midnight, in UTC: 23 to 25 hours."""
        return (
            moment(day, MIDNIGHT, self.zone),
            moment(day + timedelta(days=1), MIDNIGHT, self.zone),
        )

    def morning(self, day: date) -> Span:
        """A local day from midnight to noon, in UTC."""
        return moment(day, MIDNIGHT, self.zone), moment(day, NOON, self.zone)

    def bay(self, code: str, *, at: datetime | None = None) -> Bay | None:
        """The bay of that code, as it is at a moment; the last one known unless told."""
        return self._known(self.bays, code, at)

    def team(self, code: str, *, at: datetime | None = None) -> Team | None:
        """The team of that code, as it is at a moment; the last one known unless told."""
        return self._known(self.teams, code, at)

    def tool(self, code: str, *, at: datetime | None = None) -> Gear | None:
        """The gear of that code, as it is at a moment; the last one known unless told."""
        return self._known(self.gear, code, at)

    def _known(self, those: tuple[Dated, ...], code: str, at: datetime | None) -> Dated | None:
        named = [each for each in those if each.code == code]
        if at is None or not named:
            return named[-1] if named else None
        valid = [(day, each) for day in self._days(at) for each in named if _on(each.days, day)]
        if len({each.days for _, each in valid}) > 1:
            valid = [one for one in valid if self._there(*one, at)] or valid
        return valid[0][1] if valid else None

    def _days(self, at: datetime) -> tuple[date, date]:
        """The local day of a moment, and the one before: a night belongs to the day it began."""
        today = self.local_day(at)
        return today, today - timedelta(days=1)

    def _there(self, day: date, each: Bay | Team | Gear, at: datetime) -> bool:
        """Is it then in the shift that began on a day, or in the opening hours if it has none?"""
        spans = [self.open_on(day)] if each.work is None else [*each.work.spans(day, self.zone)]
        if isinstance(each, Team):
            spans.append(self.overtime(each, day))
        known = [span for span in spans if span is not None]
        return bool(known) and known[0][0] <= at < known[-1][1]


@dataclass(frozen=True)
class Window:
    """When cargo can be inspected first, and when its free time ends. UTC."""

    opens: datetime
    free_until: datetime


class Cargo(Fact):
    """Where and when cargo arrives, and by when it perishes: its window in any yard follows.

    `teu` is how much it is, `containers` how many: loose cargo counts as one of both.
    """

    terminal: str
    arrival: Instant
    perishable_until: Instant | None = None
    teu: Decimal = Decimal(1)
    containers: int = 1


def serving(yards: Iterable[Yard], *, terminal: str, now: datetime) -> list[Yard]:
    """The yards that name a terminal now, the nearest first; else the nearest of all alone.

    None that has no bay yet, unless there is no other.
    """
    every = list(yards)
    eras = {yard.code: yard.at(now) for yard in every}
    known = [yard for yard in every if eras[yard.code].bays] or every
    nearest = sorted(
        known, key=lambda yard: (eras[yard.code].from_terminal(terminal).minutes, yard.code)
    )
    return [yard for yard in nearest if terminal in eras[yard.code].moves] or nearest[:1]


def window(yard: Yard, cargo: Cargo) -> Window:
    """The window of cargo in a yard: perishables are due before they perish."""
    era = yard.at(cargo.arrival)
    available = cargo.arrival + timedelta(minutes=era.availability_minutes)
    opens = available + timedelta(minutes=era.from_terminal(cargo.terminal).minutes)
    last_free_day = yard.local_day(available) + timedelta(days=era.free_days)
    free_until = yard.day(last_free_day)[1]
    if cargo.perishable_until is not None:
        free_until = min(free_until, cargo.perishable_until)
    return Window(opens=opens.astimezone(UTC), free_until=max(free_until, opens).astimezone(UTC))


def _dated(eras: Iterable[tuple[Days, tuple[Dated, ...]]]) -> tuple[Dated, ...]:
    """What is there in each era, with its days; what does not change from one to the next is one.

    In the order of ids.
    """
    found: dict[int, list[Dated]] = {}
    for days, those in eras:
        for each in those:
            known = found.setdefault(each.id, [])
            same = known and known[-1].days[1] == days[0]
            if same and replace(known[-1], days=ALWAYS) == replace(each, days=ALWAYS):
                known[-1] = replace(known[-1], days=(known[-1].days[0], days[1]))
            else:
                known.append(replace(each, days=days))
    return tuple(_in_order(found))


def _on(days: Days, day: date) -> bool:
    return days[0] <= day < days[1]


def _in_order(found: Mapping[int, list[Dated]]) -> Iterator[Dated]:
    for number in sorted(found):
        yield from found[number]
