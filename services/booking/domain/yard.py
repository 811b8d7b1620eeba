"""A shared inspection yard: its places, its teams, its hours. All of it is data, not code."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.envelope import Fact
from shared.contracts.values import BayKind, Instant

MIDNIGHT = time(0, 0)
Span = tuple[datetime, datetime]


class Sort(StrEnum):
    """What a resource is."""

    BAY = "bay"
    TEAM = "team"


@dataclass(frozen=True)
class Hours:
    """From `opens` to `closes`, local time; `closes` at or before `opens` is on the next day."""

    opens: time
    closes: time

    def on(self, day: date, zone: ZoneInfo) -> Span:
        """These hours of a local day, in UTC. Daylight saving is the zone's matter."""
        last = day if self.closes > self.opens else day + timedelta(days=1)
        return _utc(day, self.opens, zone), _utc(last, self.closes, zone)


@dataclass(frozen=True)
class Bay:
    """A place for one container at a time."""

    id: int
    code: str
    kind: BayKind


@dataclass(frozen=True)
class Team:
    """An agency's team: what it can do, when it is on duty, and its break."""

    id: int
    code: str
    agency: str
    skills: frozenset[str]
    shift: Hours
    rest: Hours | None = None

    def can(self, agency: str, skills: frozenset[str]) -> bool:
        """Is it of this agency, with all of these skills?"""
        return self.agency == agency and skills <= self.skills

    def on_duty(self, day: date, zone: ZoneInfo) -> Iterator[Span]:
        """The intervals of the shift that begins on a local day, in UTC."""
        begins, ends = self.shift.on(day, zone)
        if self.rest is None:
            yield begins, ends
            return
        leaves, returns = self.rest.on(day, zone)
        if leaves < begins:
            leaves, returns = leaves + timedelta(days=1), returns + timedelta(days=1)
        yield begins, leaves
        yield returns, ends


@dataclass(frozen=True, eq=False)
class Yard:
    """One yard; two are the same only if they are one object, so that answers can be cached by it.

    `weekdays` are the hours from Monday (0) to Sunday (6); None is closed.
    `moves` says how many minutes a container takes from a terminal, `move_minutes` from any
    other. Cargo is available `availability_minutes` after arrival and free of storage charges
    until the end of the `free_days`-th local day after that.
    """

    code: str
    name_zh: str
    name_en: str
    zone: ZoneInfo
    weekdays: tuple[Hours | None, ...]
    moves: Mapping[str, int]
    move_minutes: int
    availability_minutes: int
    free_days: int
    bays: tuple[Bay, ...]
    teams: tuple[Team, ...]

    def open_on(self, day: date) -> Span | None:
        """Opening hours that begin on a local day, in UTC; None if the yard is closed."""
        hours = self.weekdays[day.weekday()]
        return None if hours is None else hours.on(day, self.zone)

    def local_day(self, moment: datetime) -> date:
        """The day a moment falls on in the yard's zone."""
        return moment.astimezone(self.zone).date()

    def day(self, day: date) -> Span:
        """A local day from midnight to midnight, in UTC: 23 to 25 hours."""
        return (
            _utc(day, MIDNIGHT, self.zone),
            _utc(day + timedelta(days=1), MIDNIGHT, self.zone),
        )

    def bay(self, code: str) -> Bay | None:
        """The bay of that code."""
        return next((bay for bay in self.bays if bay.code == code), None)

    def team(self, code: str) -> Team | None:
        """The team of that code."""
        return next((team for team in self.teams if team.code == code), None)


@dataclass(frozen=True)
class Window:
    """When cargo can be inspected first, and when its free time ends. UTC."""

    opens: datetime
    free_until: datetime


class Cargo(Fact):
    """Where and when cargo arrives, and by when it perishes: its window in any yard follows."""

    terminal: str
    arrival: Instant
    perishable_until: Instant | None = None


def serving(yards: Iterable[Yard], *, terminal: str) -> list[Yard]:
    """The yards that name a terminal, the nearest first; if none does, the nearest of all alone."""
    nearest = sorted(
        yards, key=lambda yard: (yard.moves.get(terminal, yard.move_minutes), yard.code)
    )
    return [yard for yard in nearest if terminal in yard.moves] or nearest[:1]


def window(yard: Yard, cargo: Cargo) -> Window:
    """The window of cargo in a yard: perishables are due before they perish."""
    available = cargo.arrival + timedelta(minutes=yard.availability_minutes)
    opens = available + timedelta(minutes=yard.moves.get(cargo.terminal, yard.move_minutes))
    last_free_day = yard.local_day(available) + timedelta(days=yard.free_days)
    free_until = yard.day(last_free_day)[1]
    if cargo.perishable_until is not None:
        free_until = min(free_until, cargo.perishable_until)
    return Window(opens=opens.astimezone(UTC), free_until=max(free_until, opens).astimezone(UTC))


def _utc(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
