"""What a yard has: bays, teams of each agency, gear and gangs, and when each of them is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.values import BayKind, Scope

Span = tuple[datetime, datetime]
Days = tuple[date, date]
"""From a local day up to, but without, another."""

ALWAYS: Days = (date.min, date.max)
WEEK = frozenset(range(7))


class Sort(StrEnum):
    """What a resource is."""

    BAY = "bay"
    TEAM = "team"
    GEAR = "gear"


@dataclass(frozen=True)
class Hours:
    """From `opens` to `closes`, local time; `closes` at or before `opens` is on the next day."""

    opens: time
    closes: time

    def on(self, day: date, zone: ZoneInfo) -> Span:
        """These hours of a local day, in UTC. Daylight saving is the zone's matter."""
        last = day if self.closes > self.opens else day + timedelta(days=1)
        return moment(day, self.opens, zone), moment(last, self.closes, zone)

    @property
    def minutes(self) -> tuple[int, int]:
        """From and to, in minutes after midnight; up to 2,880."""
        first, last = _minutes(self.opens), _minutes(self.closes)
        return first, last if last > first else last + 1440


@dataclass(frozen=True)
class Work:
    """When somebody is there on a day: a shift, and a break in it."""

    shift: Hours
    rest: Hours | None = None
    weekdays: frozenset[int] = WEEK

    def spans(self, day: date, zone: ZoneInfo) -> Iterator[Span]:
        """The intervals of the shift that begins on a local day, in UTC."""
        if day.weekday() not in self.weekdays:
            return
        begins, ends = self.shift.on(day, zone)
        if self.rest is None:
            yield begins, ends
            return
        after_midnight = self.rest.opens < self.shift.opens
        leaves, returns = self.rest.on(day + after_midnight * timedelta(days=1), zone)
        yield begins, leaves
        yield returns, ends


@dataclass(frozen=True)
class Bay:
    """A place for one container at a time; `plugs` are the sockets for reefers at it.

    It takes goods of its kind, and of those in `also`. Bays of a `row` whose `position` follows
    upon another's are neighbours; without a row it has none.
    """

    id: int
    code: str
    kind: BayKind
    plugs: int = 0
    also: frozenset[BayKind] = frozenset()
    row: str | None = None
    position: int = 0
    days: Days = ALWAYS
    work: None = None

    def takes(self, kind: BayKind) -> bool:
        """Can goods of that kind be inspected in it?"""
        return self.kind is kind or kind in self.also


@dataclass(frozen=True)
class Team:
    """An agency's team: what it can do, and when it is on duty."""

    id: int
    code: str
    agency: str
    skills: frozenset[str]
    work: Work
    days: Days = ALWAYS

    def can(self, agency: str, skills: frozenset[str]) -> bool:
        """Is it of this agency, with all of these skills?"""
        return self.agency == agency and skills <= self.skills


@dataclass(frozen=True)
class Gear:
    """The yard's own equipment or unpacking gang.

    Where a yard has gear of a kind for a scope, each inspection of that scope takes one of that
    kind. Without `work` it is there whenever the yard is open.
    """

    id: int
    code: str
    kind: str
    scopes: frozenset[Scope]
    work: Work | None = None
    days: Days = ALWAYS


Resource = Bay | Team | Gear


@dataclass(frozen=True)
class Closure:
    """What is not there from a moment to another (UTC), and why; `code` None: the whole yard."""

    id: int
    starts: datetime
    ends: datetime
    sort: Sort | None = None
    code: str | None = None

    def hits(self, sort: Sort, code: str) -> bool:
        """Is this resource closed by it?"""
        return self.sort is None or (self.sort is sort and self.code == code)


@dataclass(frozen=True)
class Move:
    """The way from a terminal to the yard."""

    minutes: int
    cny: Decimal | None = None


def sort_of(resource: Resource) -> Sort:
    """What it is."""
    if isinstance(resource, Bay):
        return Sort.BAY
    return Sort.TEAM if isinstance(resource, Team) else Sort.GEAR


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A local time of a day, in UTC."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
