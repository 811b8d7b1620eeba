"""What is free when: one bit for each quarter of an hour, one integer for each resource.

Questions about a slot are then a few shifts and ANDs of integers, whatever the yard's size. Cell
0 begins at `origin`, a UTC midnight. What is taken takes every cell it touches; a shift gives
only cells that are wholly inside it. Every zone's offset is a whole number of quarters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from services.booking.domain.resources import Gear, Resource, Span, sort_of
from services.booking.domain.yard import Yard

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
        return roster(self.yard, self.origin, self.cells).opening

    def up(self, resource: Resource) -> int:
        """The cells in which a resource is there: in its days and shifts, and nothing closed."""
        return roster(self.yard, self.origin, self.cells).up[_key(resource)]

    def free(self, resource: Resource) -> int:
        """The cells in which a resource is there and not taken."""
        return self.up(resource) & ~self.busy.get(resource.id, 0)

    def known(self, gear: Gear) -> int:
        """The open cells of the days on which the yard has that gear, there or away."""
        return roster(self.yard, self.origin, self.cells).known[_key(gear)]

    def from_cell(self, moment: datetime) -> int:
        """The first cell that begins at or after a moment; never below 0."""
        return max(0, -((self.origin - moment) // STEP))

    def up_to(self, moment: datetime) -> int:
        """The cells that begin at or before a moment."""
        return _mask(0, (moment - self.origin) // STEP + 1, self.cells)

    def touched(self, taken: Taken) -> int:
        """The cells that an interval touches."""
        begins, ends = taken.starts - self.origin, taken.ends - self.origin
        return _mask(begins // STEP, -(-ends // STEP), self.cells)

    def start_of(self, cell: int) -> datetime:
        """When a cell begins (UTC)."""
        return self.origin + cell * STEP


@dataclass(frozen=True)
class Roster:
    """What changes with the yard's data alone."""

    opening: int
    up: Mapping[tuple[int, date], int]
    known: Mapping[tuple[int, date], int]


def calendar(yard: Yard, *, first: datetime, days: int, taken: Iterable[Taken]) -> Calendar:
    """The calendar of a yard that covers `days` whole days after `first` (UTC)."""
    origin = first - (first - _EPOCH) % DAY
    cells = (days + 1) * (DAY // STEP)
    return taking(Calendar(yard=yard, origin=origin, cells=cells, busy={}), taken)


def taking(calendar: Calendar, taken: Iterable[Taken]) -> Calendar:
    """The calendar with more of it taken."""
    busy = dict(calendar.busy)
    for each in taken:
        touched = calendar.touched(each)
        busy[each.resource] = busy.get(each.resource, 0) | touched
    return replace(calendar, busy=busy)


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
def roster(yard: Yard, origin: datetime, cells: int) -> Roster:
    """Opening hours, shifts and closures as masks."""
    first = yard.local_day(origin) - DAY
    days = [first + number * DAY for number in range(cells * STEP // DAY + 3)]
    hours = {day: span for day in days if (span := yard.open_on(day)) is not None}
    opened = {day: _union([span], origin=origin, cells=cells) for day, span in hours.items()}
    opening = _any(opened.values()) & ~_closed(yard, None, origin=origin, cells=cells)
    up, known = {}, {}
    everything: list[Resource] = [*yard.bays, *yard.teams, *yard.gear]
    for each in everything:
        its = [day for day in days if each.days[0] <= day < each.days[1]]
        known[_key(each)] = _any(opened.get(day, 0) for day in its)
        there = known[_key(each)]
        if each.work is not None:
            spans = (span for day in its for span in each.work.spans(day, yard.zone))
            there = opening & _union(spans, origin=origin, cells=cells)
        up[_key(each)] = there & opening & ~_closed(yard, each, origin=origin, cells=cells)
    return Roster(opening=opening, up=up, known=known)


def _key(resource: Resource) -> tuple[int, date]:
    return resource.id, resource.days[0]


def _closed(yard: Yard, resource: Resource | None, *, origin: datetime, cells: int) -> int:
    """The cells that any closure of the resource, or of the whole yard, touches."""
    mask = 0
    for each in yard.closures:
        whole = each.sort is None
        if whole if resource is None else each.hits(sort_of(resource), resource.code):
            starts, ends = each.starts - origin, each.ends - origin
            mask |= _mask(starts // STEP, -(-ends // STEP), cells)
    return mask


def _any(masks: Iterable[int]) -> int:
    together = 0
    for mask in masks:
        together |= mask
    return together


def _union(spans: Iterable[Span], *, origin: datetime, cells: int) -> int:
    mask = 0
    for begins, ends in spans:
        mask |= _mask(-((origin - begins) // STEP), (ends - origin) // STEP, cells)
    return mask


def _mask(first: int, last: int, cells: int) -> int:
    """The cells from `first` up to but not including `last`, within the calendar."""
    first, last = max(first, 0), min(last, cells)
    return ((1 << (last - first)) - 1) << first if last > first else 0
