"""What brokers hold and give up, as values: stands for `services.booking.fairness`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking.domain.booking import Status

GIVEN_UP = ("cancelled", "lapsed")


async def lock(session: Any, broker: str) -> None:
    return None


async def holds(session: Any, broker: str, *, now: datetime, apart: UUID) -> int:
    return sum(
        each.broker == broker
        and each.status is Status.HELD
        and each.held_until is not None
        and each.held_until > now
        and each.id != apart
        for each in session.bookings.values()
    )


async def over(session: Any, broker: str, *, since: datetime, most: int) -> datetime | None:
    times = sorted(
        (at for who, act, at in session.given_up
         if who == broker and act in GIVEN_UP and at > since),
        reverse=True,
    )  # fmt: skip
    return times[most - 1] if len(times) >= most else None


async def gave_up(session: Any, broker: str, booking_id: UUID, *, act: str, at: datetime) -> None:
    session.given_up.append((broker, act, at))
