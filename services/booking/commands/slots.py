"""What brokers and yard staff do: hold, confirm, exchange, give up, report as missed.

Each act has the booking as the transaction that it runs in has locked it.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import fairness, line, occupancy, store
from services.booking.commands import choices, place, quota, waiting
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, fit
from services.booking.domain import calendar as cal
from services.booking.domain.booking import Act, Booking, Status
from services.booking.domain.fit import Choice
from services.booking.domain.refusals import (
    HoldRanOut,
    SlotNotBegun,
    TooManyCancelled,
    TooManyHolds,
)
from shared.contracts.values import Said, Slot


async def hold(
    session: AsyncSession,
    booking: Booking,
    *,
    choice: Choice,
    turn: Turn,
    fair: bool = False,
) -> Booking:
    """Set a slot aside; one that is held already is exchanged. `fair`: as a broker may.

    An exchange makes the hold no longer; one that ran out goes to who is in line first. Raises
    RequestClosed, BookingMoveNotAllowed, SlotUnsuitable, SlotTaken, TooManyHolds
    and TooManyCancelled.
    """
    booking = await _without_lapsed(session, booking, turn=turn)
    acts.require(booking, Act.HOLD)
    slot = _chosen(booking, choice, turn=turn)
    if fair:
        await _require_fair(session, booking, turn=turn)
        await quota.require(session, booking, slot, turn=turn)
    until = booking.held_until or turn.now + turn.terms.hold
    change = acts.held(booking, slot=slot, until=until)
    if booking.taking is None:
        await line.chosen(session, booking.id)
    await _exchange(session, booking, slot, turn=turn)
    after = await record(session, booking, change, turn=turn)
    if booking.taking != slot:
        await waiting.freed(session, booking.taking, apart=booking.id, turn=turn)
    return after


async def prolong(session: AsyncSession, booking: Booking, *, turn: Turn) -> Booking:
    """Hold a slot for once as long again from now.

    Raises BookingMoveNotAllowed, HoldRanOut and HoldExtendedOnce.
    """
    until = turn.now + turn.terms.hold
    _require_held(booking)
    change = acts.held_longer(booking, until=until, now=turn.now)
    return await record(session, booking, change, turn=turn)


async def confirm(session: AsyncSession, booking: Booking, *, turn: Turn) -> Booking:
    """Agree on the held slot. Raises BookingMoveNotAllowed, HoldRanOut."""
    _require_held(booking)
    return await record(session, booking, acts.confirmed(booking, now=turn.now), turn=turn)


async def reschedule(
    session: AsyncSession,
    booking: Booking,
    *,
    choice: Choice,
    reason: str,
    turn: Turn,
    fair: bool = False,
) -> Booking:
    """Exchange the agreed slot for another, or keep it if that one cannot be had.

    `fair`: as a broker may. Raises what `hold` raises, and SlotOver.
    """
    acts.require(booking, Act.RESCHEDULE)
    acts.require_ahead(booking, now=turn.now)
    slot = _chosen(booking, choice, turn=turn)
    if fair:
        await quota.require(session, booking, slot, turn=turn)
    change = acts.rescheduled(booking, slot=slot, reason=Said.as_given(reason))
    await _exchange(session, booking, slot, turn=turn)
    after = await record(session, booking, change, turn=turn)
    await waiting.freed(session, booking.slot, apart=booking.id, turn=turn)
    return after


async def cancel(
    session: AsyncSession, booking: Booking, *, reason: str, turn: Turn, fair: bool = False
) -> Booking:
    """Give the slot up; a later one is booked at once if the broker wished for that.

    `fair`: it is the broker who gives it up, which counts.

    Raises BookingMoveNotAllowed and SlotOver.
    """
    change = acts.cancelled(booking, reason=Said.as_given(reason))
    acts.require_ahead(booking, now=turn.now)
    if fair:
        await fairness.gave_up(session, booking.broker, booking.id, act="cancelled", at=turn.now)
    await occupancy.release(session, booking.id)
    after = await record(session, booking, change, turn=turn)
    return await waiting.given_up(session, after, turn=turn)


async def miss(session: AsyncSession, booking: Booking, *, turn: Turn) -> Booking:
    """Report that the cargo did not come; a later slot is booked at once if wished.

    Raises BookingMoveNotAllowed, and SlotNotBegun before the slot's start.
    """
    change = acts.missed(booking, now=turn.now)
    if booking.slot is not None and turn.now < booking.slot.starts:
        raise SlotNotBegun(starts=booking.slot.starts)
    await fairness.gave_up(session, booking.broker, booking.id, act="missed", at=turn.now)
    await occupancy.release(session, booking.id)
    after = await record(session, booking, change, turn=turn)
    return await waiting.given_up(session, after, turn=turn)


def _require_held(booking: Booking) -> None:
    """Raises HoldRanOut, whether or not the hold that is over was swept already."""
    if booking.status is Status.EXPIRED:
        raise HoldRanOut()


async def _require_fair(session: AsyncSession, booking: Booking, *, turn: Turn) -> None:
    """Raises TooManyHolds and TooManyCancelled."""
    terms, broker = turn.terms.fair, booking.broker
    await fairness.lock(session, broker)
    if await fairness.holds(session, broker, now=turn.now, apart=booking.id) >= terms.holds:
        raise TooManyHolds(at_most=terms.holds)
    last = await fairness.over(session, broker, since=turn.now - terms.span, most=terms.cancels)
    if last is not None:
        raise TooManyCancelled(at_most=terms.cancels, again_at=last + terms.span)


async def _without_lapsed(session: AsyncSession, booking: Booking, *, turn: Turn) -> Booking:
    """The booking; a hold of its own that ran out and is not swept yet lapses here and now."""
    if booking.held_until is None or booking.held_until > turn.now:
        return booking
    await fairness.lock(session, booking.broker)  # before the yard, as all who hold have it
    await place.set_aside(session, booking.id, turn=turn)
    await waiting.freed(session, booking.slot, apart=booking.id, turn=turn)
    return await store.lock(session, booking.id) or booking


def _chosen(booking: Booking, choice: Choice, *, turn: Turn) -> Slot:
    """The slot of a choice. Whether it is free, the database says when it is taken."""
    yard = turn.yard(choice.yard)
    soonest = max(turn.now, booking.window_in(yard).opens)
    hours = cal.calendar(yard, first=soonest, days=turn.terms.horizon_days, taken=())
    want = booking.asking(1 + len(choice.beside)).want
    return fit.chosen(hours, want, choice, earliest=soonest)


async def _exchange(session: AsyncSession, booking: Booking, slot: Slot, *, turn: Turn) -> None:
    """Give up what the booking takes and take `slot` instead. Raises SlotTaken."""
    if booking.taking is not None:
        await occupancy.release(session, booking.id)
    try:
        await place.occupy(session, booking.id, turn.yard(slot.yard), slot, turn=turn)
    except occupancy.Occupied:
        raise await choices.refusal(session, booking, slot=slot, turn=turn) from None
