"""The two clocks.

`wall` is for tokens, idempotency keys, retries and audit. `yard` is for windows, shifts, gate
times and deadlines: it equals wall time, except where an embedded instance runs it faster so
that a day's inspections pass in minutes. Both are aware and in UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol


class Clock(Protocol):
    """Where a service reads the time from."""

    @property
    def factor(self) -> Decimal:
        """How many yard seconds pass in one wall second."""
        ...

    def wall(self) -> datetime:
        """Now, in UTC."""
        ...

    def yard(self) -> datetime:
        """Now on the yards' clock, in UTC."""
        ...


def _now() -> datetime:
    return datetime.now(UTC)


class SystemClock:
    """The machine's clock, for both."""

    factor = Decimal(1)

    def wall(self) -> datetime:
        """Now, in UTC."""
        return _now()

    def yard(self) -> datetime:
        """Now, in UTC."""
        return _now()


@dataclass(frozen=True)
class ScaledClock:
    """A yard clock that started at `yard_epoch` when the wall showed `wall_epoch`.

    `factor` yard seconds pass in a wall second. A restart that keeps all three goes on as if it
    had never stopped.
    """

    wall_epoch: datetime
    yard_epoch: datetime
    factor: Decimal
    now: Callable[[], datetime] = _now

    def wall(self) -> datetime:
        """Now, in UTC."""
        return self.now()

    def yard(self) -> datetime:
        """Now on the yards' clock, in UTC."""
        passed = (self.wall() - self.wall_epoch) / timedelta(microseconds=1)
        return self.yard_epoch + timedelta(microseconds=int(Decimal(int(passed)) * self.factor))


def wall_time_of(clock: Clock, moment: datetime) -> datetime:
    """When the wall clock will show the yard's `moment` (UTC)."""
    ahead = (moment - clock.yard()) / timedelta(microseconds=1)
    return clock.wall() + timedelta(microseconds=int(Decimal(int(ahead)) / clock.factor))


def yard_time_of(clock: Clock, moment: datetime) -> datetime:
    """What the yard's clock showed, or will show, when the wall's shows `moment` (UTC)."""
    ago = (clock.wall() - moment) / timedelta(microseconds=1)
    return clock.yard() - timedelta(microseconds=int(Decimal(int(ago)) * clock.factor))
