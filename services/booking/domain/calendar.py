"""What is free when: one bit for each quarter of an hour, one integer for each resource.

Questions about a slot are then a few shifts and ANDs of integers, whatever the yard's size. Cell
0 begins at `origin`, a UTC midnight. What is taken takes every cell it touches; a shift gives
only cells that are wholly inside it. Every zone's offset is a whole number of quarters.
"""

from collections import ChainMap
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from services.booking.domain.memo import Memo, union
from services.booking.domain.resources import Gear, Resource, Span, Team, Work, sort_of
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
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)
    """What was asked before; it belongs to what is taken now."""

    def runs(self, resource: Resource, length: int, *, late: bool = False) -> int:
        """The cells at which so many free cells of a resource in a row begin.

        `late`: a team may stay beyond its shift as the yard allows.
        """
        late = late and isinstance(resource, Team)
        key = (resource.days[0], length, late)
        asked = self.memo.single.setdefault(resource.id, {})
        known = asked.get(key)
        if known is None:
            there = self.late(resource) if late else self.up(resource)
            known = asked[key] = runs(there & ~self.busy.get(resource.id, 0), length)
        return known

    def everything(self) -> int:
        """All cells."""
        return (1 << self.cells) - 1

    def mornings(self) -> int:
        """The cells that begin before noon, local time."""
        return roster(self.yard, self.origin, self.cells).mornings

    def opening(self) -> int:
        """The cells in which the yard is open."""
        return roster(self.yard, self.origin, self.cells).opening

    def up(self, resource: Resource) -> int:
        """The cells in which a resource is there: in its days and shifts, and nothing closed."""
        return roster(self.yard, self.origin, self.cells).up[_key(resource)]

    def late(self, resource: Resource) -> int:
        """`up`, with the overtime that the yard allows its teams."""
        return roster(self.yard, self.origin, self.cells).late[_key(resource)]

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
        return touched(self.origin, self.cells, taken)

    def start_of(self, cell: int) -> datetime:
        """When a cell begins (UTC)."""
        return self.origin + cell * STEP


@dataclass(frozen=True)
class Roster:
    """What changes with the yard's data alone."""

    opening: int
    mornings: int
    up: Mapping[tuple[int, date], int]
    late: Mapping[tuple[int, date], int]
    known: Mapping[tuple[int, date], int]


def calendar(yard: Yard, *, first: datetime, days: int, taken: Iterable[Taken]) -> Calendar:
    """The calendar of a yard that covers `days` whole days after `first` (UTC)."""
    origin = midnight(first)
    cells = (days + 1) * (DAY // STEP)
    return taking(Calendar(yard=yard, origin=origin, cells=cells, busy={}), taken)


def midnight(moment: datetime) -> datetime:
    """The UTC midnight before a moment, or itself."""
    return moment - (moment - _EPOCH) % DAY


def touched(origin: datetime, cells: int, taken: Taken) -> int:
    """The cells that an interval touches, of so many from `origin`."""
    begins, ends = taken.starts - origin, taken.ends - origin
    return _mask(begins // STEP, -(-ends // STEP), cells)


def changed(calendar: Calendar, busy: Mapping[int, int]) -> Calendar:
    """The calendar with other things taken of some resources; what was known of others stays."""
    memo = calendar.memo.without(busy.keys())
    return replace(calendar, busy=ChainMap(dict(busy), dict(calendar.busy)), memo=memo)


def taking(calendar: Calendar, taken: Iterable[Taken]) -> Calendar:
    """The calendar with more of it taken; what was known of other resources stays."""
    busy = dict(calendar.busy)
    hit = set()
    for each in taken:
        hit.add(each.resource)
        busy[each.resource] = busy.get(each.resource, 0) | calendar.touched(each)
    return replace(calendar, busy=busy, memo=calendar.memo.without(hit))


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
    opening = union(opened.values()) & ~_closed(yard, None, origin=origin, cells=cells)
    up, late, known = {}, {}, {}
    everything: list[Resource] = [*yard.bays, *yard.teams, *yard.gear]
    duties: dict[Hashable, tuple[int, int]] = {}
    for each in everything:
        its = [day for day in days if each.days[0] <= day < each.days[1]]
        known[_key(each)] = union(opened.get(day, 0) for day in its)
        open_to_it = opening & ~_closed(yard, each, origin=origin, cells=cells)
        there = longer = known[_key(each)]
        if each.work is not None:
            alike = (each.work, each.days, isinstance(each, Team))
            if alike not in duties:
                duties[alike] = _duty(yard, each, each.work, its, origin=origin, cells=cells)
            there, longer = duties[alike]
        up[_key(each)], late[_key(each)] = there & open_to_it, longer & open_to_it
    halves = (yard.morning(day) for day in days)
    mornings = _union(halves, origin=origin, cells=cells)
    return Roster(opening=opening, mornings=mornings, up=up, late=late, known=known)


def _duty(
    yard: Yard, resource: Resource, work: Work, days: list[date], *, origin: datetime, cells: int
) -> tuple[int, int]:
    """When it works on these days, and when it may, with a team's overtime."""
    spans = [span for day in days for span in work.spans(day, yard.zone)]
    there = _union(spans, origin=origin, cells=cells)
    if not isinstance(resource, Team):
        return there, there
    longer = (yard.overtime(resource, day) for day in days)
    return there, there | _union(longer, origin=origin, cells=cells)


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


def _union(spans: Iterable[Span], *, origin: datetime, cells: int) -> int:
    mask = 0
    for begins, ends in spans:
        mask |= _mask(-((origin - begins) // STEP), (ends - origin) // STEP, cells)
    return mask


def _mask(first: int, last: int, cells: int) -> int:
    """The cells from `first` up to but not including `last`, within the calendar."""
    first, last = max(first, 0), min(last, cells)
    return ((1 << (last - first)) - 1) << first if last > first else 0
