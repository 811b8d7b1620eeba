"""A plan's slots: quarter hours counted from a local midnight."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.booking.domain.calendar import DAY, STEP, Calendar
from services.booking.domain.yard import Yard
from services.booking.optimizer.problem import Stretch

PER_DAY = DAY // STEP


@dataclass(frozen=True)
class Grid:
    """`days` days of 96 quarter hours from `origin` (UTC). No slot lies over two of its days."""

    origin: datetime
    days: int

    @property
    def end(self) -> int:
        """The slot after the last."""
        return self.days * PER_DAY

    def from_slot(self, moment: datetime) -> int:
        """The first slot that begins at or after a moment; never below 0."""
        return max(0, -((self.origin - moment) // STEP))

    def up_to(self, moment: datetime) -> int:
        """The slot after the last that ends by a moment."""
        return (moment - self.origin) // STEP

    def moment(self, slot: int) -> datetime:
        """When a slot begins (UTC)."""
        return self.origin + slot * STEP

    def stretches(self, calendar: Calendar, cells: int) -> tuple[Stretch, ...]:
        """A calendar's cells as stretches of slots; what lies outside the grid is left out."""
        return tuple(_runs(self.cells(calendar, cells)))

    def cells(self, calendar: Calendar, cells: int) -> int:
        """A calendar's cells as slots of the grid, one bit each."""
        shift = (self.origin - calendar.origin) // STEP
        return (cells >> shift if shift >= 0 else cells << -shift) & ((1 << self.end) - 1)


def grid(yard: Yard, *, now: datetime, days: int) -> Grid:
    """The grid that begins at the last midnight in the yard's zone."""
    return Grid(yard.day(yard.local_day(now))[0], days)


def _runs(cells: int) -> Iterator[Stretch]:
    at = 0
    while cells:
        empty = (cells & -cells).bit_length() - 1
        cells >>= empty
        full = (~cells & (cells + 1)).bit_length() - 1
        yield at + empty, at + empty + full
        at += empty + full
        cells >>= full
