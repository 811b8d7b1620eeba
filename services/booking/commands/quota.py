"""A yard's quota for the day itself: who has so many of its slots gets no more of them that day."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import occupancy
from services.booking.commands import sight
from services.booking.commands.turn import Turn
from services.booking.domain.booking import Booking
from services.booking.domain.line_refusals import SameDayQuota
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
    until = await sight.quota_until(session, booking, yard, turn=turn)
    if until is not None:
        raise SameDayQuota(at_most=quota, day=today.isoformat(), again_from=until)
