"""What time does to bookings: holds run out, requests that found no slot are tried again."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import store
from services.booking.commands import place
from services.booking.commands.turn import Turn


async def expire(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> None:
    """Let a hold that ran out expire, and look for another slot if the broker wished for that."""
    if not await place.set_aside(session, booking_id, turn=turn):
        return
    booking = await store.find(session, booking_id)
    if booking is not None:
        await place.seek(session, booking, turn=turn, after=place.after_slot(booking.slot))


async def retry(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> None:
    """Try once more to book a request whose broker wished for the best slot at once."""
    booking = await store.lock(session, booking_id, skip_locked=True)
    if booking is not None:
        await place.seek(session, booking, turn=turn)
