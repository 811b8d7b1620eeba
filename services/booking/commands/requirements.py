"""What a requirement's events do to its booking. Late and meaningless ones change nothing."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import occupancy, store
from services.booking.commands import give_way, place, sight, swapping, waiting
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, fit, offers
from services.booking.domain.acts import Change
from services.booking.domain.booking import NOT_STARTED, Booking, Status
from services.booking.domain.stretch import Stretched, stretched
from shared.contracts import derived
from shared.contracts.requirement import Determination
from shared.contracts.values import Mode, Said, Slot

log = structlog.get_logger()


async def determine(
    session: AsyncSession, needed: Determination, *, reason: Said, turn: Turn
) -> None:
    """Follow a requirement, new or revised: ask for a slot, keep, extend, move or end it."""
    booking = await store.lock(session, derived.booking_id(needed.requirement_id))
    if booking is None:
        if needed.mode is not Mode.NONE:
            await _open(session, needed, turn=turn)
        return
    if needed.revision <= booking.revision:
        log.info("late revision", booking_id=str(booking.id), revision=needed.revision)
        return
    if needed.mode is Mode.NONE:
        await _end(session, booking, reason=reason, turn=turn)
        return
    home, *_ = turn.serving(needed.slot_wish, terminal=needed.terminal)
    after = acts.revised(booking, needed, yard=home)
    await _follow(session, booking, after, reason=reason, turn=turn)


async def end(session: AsyncSession, requirement_id: UUID, *, reason: Said, turn: Turn) -> None:
    """The requirement is void: no slot is needed."""
    booking = await store.lock(session, derived.booking_id(requirement_id))
    if booking is not None:
        await _end(session, booking, reason=reason, turn=turn)


async def met(session: AsyncSession, requirement_id: UUID, *, reason: Said, turn: Turn) -> None:
    """The requirement is met: nothing more is to be booked.

    An agreed slot stays: the case's own events, which may come later than this one, close it.
    """
    booking = await store.lock(session, derived.booking_id(requirement_id))
    if booking is None or not booking.wanted:
        return
    if booking.status in {Status.CONFIRMED, Status.STARTED, Status.COMPLETED}:
        await record(session, booking, acts.no_longer_wanted(booking), turn=turn)
    else:
        await _end(session, booking, reason=reason, turn=turn)


async def _open(session: AsyncSession, needed: Determination, *, turn: Turn) -> None:
    home, *_ = turn.serving(needed.slot_wish, terminal=needed.terminal)
    booking = await record(session, None, acts.opened(needed, yard=home, now=turn.now), turn=turn)
    await place.seek(session, booking, turn=turn)


async def _end(session: AsyncSession, booking: Booking, *, reason: Said, turn: Turn) -> None:
    if booking.wanted and booking.status in NOT_STARTED:
        await occupancy.release(session, booking.id)
        await record(session, booking, acts.ended(booking, reason=reason), turn=turn)
        await waiting.freed(session, booking.taking, apart=booking.id, turn=turn)


async def _follow(
    session: AsyncSession, before: Booking, after: Booking, *, reason: Said, turn: Turn
) -> None:
    slot = after.taking
    if slot is None:
        if after.status is Status.COMPLETED:
            await record(session, before, Change(after), turn=turn)
            return
        change = acts.requested(after, only=after.only)
        await place.seek(session, await record(session, before, change, turn=turn), turn=turn)
    elif _still_serves(after, slot, turn=turn):
        await record(session, before, Change(after), turn=turn)
    elif after.status is Status.STARTED:
        await _extend(session, before, after, slot, reason=reason, turn=turn)
    else:
        await _refit(session, before, after, slot, reason=reason, turn=turn)


def _still_serves(booking: Booking, slot: Slot, *, turn: Turn) -> bool:
    yard = turn.yard(slot.yard)
    in_time = booking.status is Status.STARTED or slot.starts >= booking.window_in(yard).opens
    return in_time and fit.serves(yard, slot, booking.want)


async def _refit(
    session: AsyncSession,
    before: Booking,
    after: Booking,
    slot: Slot,
    *,
    reason: Said,
    turn: Turn,
) -> None:
    """Make the slot longer or add a team where it is, change places with another booking that
    keeps its time, or move to the next best.
    """
    await occupancy.release(session, before.id)
    same = await _take_same_start(session, after, slot, turn=turn)
    if same is None:
        same = await swapping.same_start(session, after, slot, turn=turn)
    if after.status is Status.CONFIRMED:
        if same is None:
            await record_move(session, before, after, reason=reason, turn=turn)
        else:
            change = acts.rescheduled(after, slot=same, reason=reason)
            await record(session, before, change, turn=turn)
    elif same is not None and after.held_until is not None:
        change = acts.held(after, slot=same, until=after.held_until, reason=reason)
        await record(session, before, change, turn=turn)
    else:
        freed = await give_way.take_back(session, before, after, reason=reason, turn=turn)
        await place.seek(session, freed, turn=turn)


async def record_move(
    session: AsyncSession, before: Booking, after: Booking, *, reason: Said, turn: Turn
) -> None:
    """Save what the revision changed, then move the booking to its best next slot."""
    kept = await record(session, before, Change(after), turn=turn)
    await give_way.move(session, kept, reason=reason, turn=turn)


async def _take_same_start(
    session: AsyncSession, booking: Booking, slot: Slot, *, turn: Turn
) -> Slot | None:
    """Take a slot that serves at the same start, with the same bay and teams if they can."""
    starts: datetime = slot.starts
    yard = turn.yard(slot.yard)
    await occupancy.lock_placing(session, yard.code)
    if starts < max(booking.window_in(yard).opens, turn.now):
        return None
    calendar = await sight.calendar_of(session, yard, first=starts, turn=turn)
    mine = frozenset(each.id for each in fit.resources(yard, slot))
    found = offers.best(calendar, booking.want, earliest=starts, prefer=mine)
    if found is None or found.starts != starts:
        return None
    try:
        await place.occupy(session, booking.id, yard, found, turn=turn)
    except occupancy.Occupied:
        return None
    return found


async def _extend(
    session: AsyncSession,
    before: Booking,
    after: Booking,
    slot: Slot,
    *,
    reason: Said,
    turn: Turn,
) -> None:
    """Let an open container have more; bookings that have not started give way.

    What cannot be had (every team is at another open container) is left to a later slot.
    """
    yard = turn.yard(slot.yard)
    everything, started = [
        await sight.calendar_of(
            session, yard, first=turn.now, turn=turn, without=[before.id], started_only=only
        )
        for only in (False, True)
    ]
    longer: Stretched = stretched(everything, started, after.want, slot=slot, now=turn.now)
    served = tuple(place_.agency for place_ in longer.slot.teams)
    try:
        displaced = await give_way.force(session, before, longer.takes, turn=turn)
    except occupancy.Occupied:
        served = tuple(place_.agency for place_ in slot.teams)
        log.warning("not extended", booking_id=str(before.id), reason=reason.en)
        await record(session, before, Change(acts.serving(after, served)), turn=turn)
        return
    if longer.unserved:
        after = acts.serving(after, served)
    if longer.slot == slot:
        await record(session, before, Change(after), turn=turn)
    else:
        change = acts.extended(after, slot=longer.slot, reason=reason)
        await record(session, before, change, turn=turn)
    await give_way.rehouse(session, displaced, turn=turn)
