"""What time does to bookings: holds run out, and open containers overrun their slots."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import occupancy, store
from services.booking.commands import give_way, place, waiting
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, fit
from services.booking.domain.booking import Status
from services.booking.domain.stretch import kept, overrun


async def expire(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> None:
    """Let a hold that ran out expire, and look for another slot if the broker wished for that."""
    if not await place.set_aside(session, booking_id, turn=turn):
        return
    booking = await store.find(session, booking_id)
    if booking is not None:
        await waiting.given_up(session, booking, turn=turn)


async def keep_open(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> None:
    """Let an open container keep its bay and teams past its slot's end, a step at a time.

    What it could not have, because another open container had it, it gets once it can.
    """
    booking = await store.lock(session, booking_id, skip_locked=True)
    if booking is None or booking.status is not Status.STARTED or booking.slot is None:
        return
    longer = overrun(booking.slot, now=turn.now)
    own = await occupancy.own(session, booking.id)
    wanted = kept(fit.taken(turn.yard(longer.yard), longer), own, ended=booking.slot.ends)
    if longer == booking.slot:
        theirs = await occupancy.open_elsewhere(session, booking.id, wanted)
        if {each.resource for each in wanted} <= own.keys() | theirs:
            return
    displaced = await give_way.keep(session, booking, wanted, turn=turn)
    if longer != booking.slot:
        change = acts.extended(booking, slot=longer, reason=give_way.OVERRUNS)
        await record(session, booking, change, turn=turn)
    await give_way.rehouse(session, displaced, turn=turn)
