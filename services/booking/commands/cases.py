"""What a case's events do to its booking. Late and meaningless ones change nothing."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import occupancy, store
from services.booking.commands import give_way, place
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, fit
from services.booking.domain.booking import MOVES, Act, Booking, Status
from shared.contracts import derived
from shared.contracts.values import Slot

log = structlog.get_logger()

EARLY = timedelta(minutes=15)


async def start(
    session: AsyncSession, requirement_id: UUID, *, opened_at: datetime, turn: Turn
) -> None:
    """The container was opened. What was done is done: whatever is booked there gives way.

    If it was not opened in its slot, or that had been given up or exchanged in the meantime, the
    container stands in the bay it was last promised.
    """
    booking = await store.lock(session, derived.booking_id(requirement_id))
    if booking is None or booking.slot is None or (booking.status, Act.START) not in MOVES:
        log.info("opening without a booking", requirement_id=str(requirement_id))
        return
    planned = booking.slot
    taken = fit.taken(turn.yard(planned.yard), planned)
    in_time = planned.starts - EARLY <= opened_at < planned.ends
    if booking.taking is None or not in_time:
        slot = planned.model_copy(
            update={"starts": opened_at, "ends": opened_at + (planned.ends - planned.starts)}
        )
        await _start_elsewhen(session, booking, slot, opened_at=opened_at, turn=turn)
    elif await occupancy.open_elsewhere(session, booking.id, taken):
        await _start_elsewhen(session, booking, planned, opened_at=opened_at, turn=turn)
    else:
        await record(session, booking, acts.started(booking, slot=planned, at=opened_at), turn=turn)


async def complete(
    session: AsyncSession, requirement_id: UUID, *, completed_at: datetime, turn: Turn
) -> None:
    """The container is closed and the record complete: the rest of the slot is free."""
    booking = await store.lock(session, derived.booking_id(requirement_id))
    if booking is None or booking.status is not Status.STARTED:
        log.info("completion without a started booking", requirement_id=str(requirement_id))
        return
    await _complete(session, booking, at=completed_at, turn=turn)


async def close_up(
    session: AsyncSession,
    requirement_id: UUID,
    *,
    missing: tuple[str, ...],
    closed_at: datetime,
    turn: Turn,
) -> None:
    """The container was closed with agencies still missing: they need a slot of their own."""
    booking = await store.lock(session, derived.booking_id(requirement_id))
    if booking is None:
        log.info("closing up without a booking", requirement_id=str(requirement_id))
        return
    if booking.status is Status.STARTED:
        booking = await _complete(session, booking, at=closed_at, turn=turn)
    if not booking.wanted or (booking.status, Act.REQUEST) not in MOVES:
        return
    change = acts.requested(booking, only=missing)
    await place.seek(session, await record(session, booking, change, turn=turn), turn=turn)


async def _complete(
    session: AsyncSession, booking: Booking, *, at: datetime, turn: Turn
) -> Booking:
    await occupancy.end(session, booking.id, at=at)
    return await record(session, booking, acts.completed(booking, at=at), turn=turn)


async def _start_elsewhen(
    session: AsyncSession, booking: Booking, slot: Slot, *, opened_at: datetime, turn: Turn
) -> None:
    """Take what can be had; what another open container still has is taken once that is closed."""
    taken = fit.taken(turn.yard(slot.yard), slot)
    displaced = await give_way.keep(session, booking, taken, turn=turn)
    present = tuple(team.agency for team in slot.teams)
    change = acts.started(acts.serving(booking, present), slot=slot, at=opened_at)
    await record(session, booking, change, turn=turn)
    await give_way.rehouse(session, displaced, turn=turn)
