"""What is free when: one bit for each quarter of an hour, one integer for each resource.

Questions about a slot are then a few shifts and ANDs of integers, whatever the yard's size. Cell
0 begins at `origin`, a UTC midnight. What is taken takes every cell it touches; a shift gives
only cells that are wholly inside it. Every zone's offset is a whole number of quarters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from services.booking.domain.yard import Bay, Span, Team, Yard

STEP = timedelta(minutes=15)
STEP_MINUTES = 15
DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Taken:
    """An interval (UTC) in which a resource is not free."""

    resource: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Calendar:
    """The free time of one yard's resources from `origin` for `cells` quarter hours."""

    yard: Yard
    origin: datetime
    cells: int
    busy: Mapping[int, int]

    def opening(self) -> int:
        """The cells in which the yard is open."""
        return _roster(self.yard, self.origin, self.cells).opening

    def duty(self, team: Team) -> int:
        """The cells in which the yard is open and the team is on duty."""
        return _roster(self.yard, self.origin, self.cells).duty[team.id]

    def free_bay(self, bay: Bay) -> int:
        """The cells in which the yard is open and the bay is free."""
        return self.opening() & ~self.busy.get(bay.id, 0)

    def free_team(self, team: Team) -> int:
        """The cells in which the team is on duty and free."""
        return self.duty(team) & ~self.busy.get(team.id, 0)

    def from_cell(self, moment: datetime) -> int:
        """The first cell that begins at or after a moment; never below 0."""
        return max(0, -((self.origin - moment) // STEP))

    def up_to(self, moment: datetime) -> int:
        """The cells that begin at or before a moment."""
        return _mask(0, (moment - self.origin) // STEP + 1, self.cells)

    def start_of(self, cell: int) -> datetime:
        """When a cell begins (UTC)."""
        return self.origin + cell * STEP


@dataclass(frozen=True)
class _Roster:
    opening: int
    duty: Mapping[int, int]


def calendar(yard: Yard, *, first: datetime, days: int, taken: Iterable[Taken]) -> Calendar:
    """The calendar of a yard that covers `days` whole days after `first` (UTC)."""
    origin = first - (first - _EPOCH) % DAY
    cells = (days + 1) * (DAY // STEP)
    busy: dict[int, int] = {}
    for each in taken:
        begins, ends = each.starts - origin, each.ends - origin
        touched = _mask(begins // STEP, -(-ends // STEP), cells)
        busy[each.resource] = busy.get(each.resource, 0) | touched
    return Calendar(yard=yard, origin=origin, cells=cells, busy=busy)


def on_grid(moment: datetime) -> bool:
    """Does a quarter hour begin then?"""
    return (moment - _EPOCH) % STEP == timedelta(0)


def cells_of(minutes: int) -> int:
    """How many cells that many minutes need."""
    return -(-minutes // STEP_MINUTES)


def runs(free: int, length: int) -> int:
    """The cells at which `length` free cells in a row begin."""
    have = 1
    while have < length and free:
        step = min(have, length - have)
        free &= free >> step
        have += step
    return free


@lru_cache(maxsize=64)
def _roster(yard: Yard, origin: datetime, cells: int) -> _Roster:
    """Opening hours and shifts as masks: they change with the yard's data alone."""
    first = yard.local_day(origin) - DAY
    days = [first + number * DAY for number in range(cells * STEP // DAY + 3)]
    hours = [hours for day in days if (hours := yard.open_on(day)) is not None]
    opening = _union(hours, origin=origin, cells=cells)
    duty = {
        team.id: opening
        & _union(
            (span for day in days for span in team.on_duty(day, yard.zone)),
            origin=origin,
            cells=cells,
        )
        for team in yard.teams
    }
    return _Roster(opening=opening, duty=duty)


def _union(spans: Iterable[Span], *, origin: datetime, cells: int) -> int:
    mask = 0
    for begins, ends in spans:
        mask |= _mask(-((origin - begins) // STEP), (ends - origin) // STEP, cells)
    return mask


def _mask(first: int, last: int, cells: int) -> int:
    """The cells from `first` up to but not including `last`, within the calendar."""
    first, last = max(first, 0), min(last, cells)
    return ((1 << (last - first)) - 1) << first if last > first else 0
