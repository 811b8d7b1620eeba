"""What is expected: requests come as they came in the weeks before.

A booking that was asked for so many weeks ago is expected again as many weeks later, and once more
each week after that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.booking.domain.booking import Booking, Status
from shared.contracts.values import SlotWish

WEEK = timedelta(days=7)
WEEKS = 4
"""How far one looks back: longer, and the season is another one."""


@dataclass(frozen=True)
class Past:
    """The bookings that were asked for in the last `weeks` whole weeks, or some of `many`."""

    bookings: Sequence[Booking]
    weeks: int
    many: int = 0

    @property
    def share(self) -> float:
        """Each week of the past counts as much as any other, and each booking drawn for others."""
        drawn = max(1, len(self.bookings))
        return max(drawn, self.many) / drawn / max(1, self.weeks)

    def again(self, *, now: datetime, ends: datetime) -> Iterator[Booking]:
        """As they are expected after now, with windows that open before `ends`."""
        for booking in self.bookings:
            by = WEEK * (1 + (now - booking.asked_at) // WEEK)
            while booking.window.opens + by < ends:
                yield _moved(booking, by)
                by += WEEK


def weeks(*, since: datetime | None, now: datetime) -> int:
    """How many whole weeks are known, at most WEEKS; `since` is when the first one asked."""
    return 0 if since is None else min(WEEKS, (now - since) // WEEK)


def _moved(booking: Booking, by: timedelta) -> Booking:
    window, cargo = booking.window, booking.cargo
    if cargo is not None:
        until = cargo.perishable_until
        moved = {
            "arrival": cargo.arrival + by,
            "perishable_until": None if until is None else until + by,
        }
        cargo = cargo.model_copy(update=moved)
    return replace(
        booking,
        asked_at=booking.asked_at + by,
        window=replace(window, opens=window.opens + by, free_until=window.free_until + by),
        cargo=cargo,
        wish=SlotWish(yard=booking.wish.yard),
        status=Status.REQUESTED,
        slot=None,
        held_until=None,
        only=(),
        wanted=True,
    )
