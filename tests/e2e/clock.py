"""A yards' clock that a test moves on by itself, so that no story waits for a night to pass."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from shared.embedded.clock import Stored
from shared.embedded.folder import write

MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""A Monday, eight o'clock in Qingdao: the yard has been open for an hour."""


def begin_in_the_morning(data: Path, *, factor: Decimal) -> None:
    """Let the instance that will be started on this folder, at that speed, begin as `MORNING` does.

    Started at whatever time it is, most of its slots would wait for a night to pass.
    """
    now = datetime.now(UTC)
    monday = (now + timedelta(days=7 - now.weekday())).date()
    epoch = datetime.combine(monday, MORNING.timetz())
    write(
        data / "clock.json",
        Stored(wall_epoch=now, yard_epoch=epoch, factor=factor).model_dump_json(),
    )


class HandClock:
    """Wall time is the machine's; the yards' time runs as fast, and leaps forward when told."""

    factor = Decimal(1)

    def __init__(self, start: datetime = MORNING) -> None:
        self._ahead = start - datetime.now(UTC)

    def wall(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    def yard(self) -> datetime:
        """Now on the yards' clock, in UTC."""
        return self.wall() + self._ahead

    def leap(self, to: datetime) -> None:
        """Let it be `to` in the yards, unless it is later already."""
        self._ahead += max(to - self.yard(), timedelta())
