"""A yard's quota for the day itself: who has so many of its slots gets no more of them that day."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import occupancy
from services.booking.commands import sight
from services.booking.commands.turn import Turn
from services.booking.domain.booking import Booking
from services.booking.domain.line_refusals import SameDayQuota
from services.booking.store import Reading
from shared.contracts.values import Slot


async def require(session: AsyncSession, booking: Booking, slot: Slot, *, turn: Turn) -> None:
    """Raises SameDayQuota if the broker's quota forbids a slot of today.

    Whoever places something by that quota has the yard's turn, so that it is counted exactly.
    """
    yard = turn.yard(slot.yard)
    today = yard.local_day(turn.now)
    quota = yard.on(today).same_day_quota
    if quota is None or yard.local_day(slot.starts) != today:
        return
    await occupancy.lock_placing(session, yard.code)
    again_from = await until(session, booking, slot, turn=turn)
    if again_from is not None:
        raise SameDayQuota(at_most=quota, day=today.isoformat(), again_from=again_from)


async def until(session: Reading, booking: Booking, slot: Slot, *, turn: Turn) -> datetime | None:
    """Until when the broker may have no such slot; None if it may."""
    yard = turn.yard(slot.yard)
    if yard.local_day(slot.starts) != yard.local_day(turn.now):
        return None
    return await sight.quota_until(session, booking, yard, turn=turn)
