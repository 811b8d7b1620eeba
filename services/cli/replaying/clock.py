"""Waiting for a moment of the yards' time, which a scaled instance runs faster than the wall."""

import asyncio
from datetime import datetime, timedelta
from time import monotonic


class YardClock:
    """The yards' time as last told by the system, carried on at its factor."""

    def __init__(self, *, told: datetime, factor: float) -> None:
        self._told = told
        self._at = monotonic()
        self.factor = factor

    def now(self) -> datetime:
        """The yards' time now (UTC)."""
        return self._told + timedelta(seconds=(monotonic() - self._at) * self.factor)

    async def until(self, moment: datetime) -> None:
        """Sleep until the yards' clock shows `moment`."""
        while (left := (moment - self.now()).total_seconds()) > 0:
            await asyncio.sleep(left / self.factor + 0.01)

    def wall_seconds(self, span: timedelta) -> float:
        """How long `span` of yard time lasts on the wall."""
        return span.total_seconds() / self.factor
