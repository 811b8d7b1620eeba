"""Who is in line, as values: stands for `services.booking.line`. Nobody waits by a stretch."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking.domain.booking import WITHOUT_SLOT
from services.booking.line import Freed, State


async def for_what(session: Any, freed: Freed, *, now: datetime, limit: int) -> list[UUID]:
    seeking = [
        each
        for each in session.bookings.values()
        if each.wish.auto_confirm
        and each.wanted
        and each.status in WITHOUT_SLOT
        and each.yard == freed.yard
        and each.bay_kind in freed.kinds
        and each.window.opens < freed.ends
    ]
    seeking.sort(key=lambda each: (each.asked_at, each.id))
    return [each.id for each in seeking[:limit]]


async def move(
    session: Any, booking_id: UUID, was: State, becomes: State, *, now: datetime
) -> bool:
    return False


async def taken_back(session: Any, booking_id: UUID, *, now: datetime) -> None:
    return None


async def chosen(session: Any, booking_id: UUID) -> None:
    return None


async def wait_of(session: Any, booking_id: UUID) -> None:
    return None
