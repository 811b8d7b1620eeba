"""Brokers exchange agreed slots: one offers its own for any in a stretch, another accepts.

Each learns of the other no more than the slot that it would get itself.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import exchanges, occupancy, store
from services.booking.commands import place, quota, sight, waiting
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, exchange
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import Calendar
from services.booking.domain.exchange import BY_CONSENT
from services.booking.domain.exchange_refusals import (
    ExchangeNotFound,
    ExchangeOver,
    SlotNotAgreed,
)
from services.booking.domain.line_refusals import StretchImpossible
from services.booking.domain.refusals import RequestNotFound
from services.booking.domain.wished import Stretch
from services.booking.domain.yard import Yard
from services.booking.exchanges import Exchange, State
from services.booking.store import Reading
from shared import database
from shared.contracts.values import Slot

SHOWN = 20
"""Exchanges that a booking is shown."""
LOOKED_AT = 200
"""Offers of which it is looked whether one fits: for each a slot is looked for."""


@dataclass(frozen=True)
class Chance:
    """An exchange that a booking may accept, and the slot that it would get."""

    id: UUID
    slot: Slot


async def offer(
    session: AsyncSession, booking_id: UUID, stretch: Stretch, *, turn: Turn
) -> Exchange:
    """Offer a booking's slot for any one within a stretch, instead of what it was offered for.

    Raises RequestNotFound, SlotNotAgreed, YardNotFound and StretchImpossible.
    """
    booking, slot = await _agreed(session, booking_id, turn=turn)
    for code in stretch.yards:
        turn.yard(code)
    if stretch.closes - stretch.opens < slot.ends - slot.starts or stretch.closes <= turn.now:
        raise StretchImpossible(pointer="/to", needed_minutes=booking.want.minutes)
    return await exchanges.offer(session, turn.ids(), booking, slot, stretch, now=turn.now)


async def withdraw(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> Exchange:
    """Offer it no more. Raises ExchangeNotFound if it is not offered."""
    found = await exchanges.withdraw(session, booking_id, now=turn.now)
    if found is None:
        raise ExchangeNotFound()
    return found


async def chances(session: Reading, booking: Booking, *, turn: Turn) -> list[Chance]:
    """The exchanges that a booking may accept, those that were offered first."""
    slot = exchange.agreed(booking)
    soonest = turn.now + turn.terms.lead
    if slot is None or slot.starts < soonest:
        return []
    found: list[Chance] = []
    async for each in _open(session, booking.id, slot, soonest=soonest):
        theirs = await store.find(session, each.booking_id)
        slots = theirs and await slots_of(session, each, theirs, booking, turn=turn)
        if theirs and slots and await fair(session, (theirs, booking), slots, turn=turn):
            found.append(Chance(each.id, slots[1]))
        if len(found) == SHOWN:
            break
    return found


async def _open(
    session: Reading, booking_id: UUID, slot: Slot, *, soonest: datetime
) -> AsyncIterator[Exchange]:
    """The offers in whose stretch a slot begins, those first that were made first."""
    looked_at, last = 0, None
    while looked_at < LOOKED_AT and (
        some := await exchanges.open_for(session, booking_id, slot, soonest=soonest, after=last)
    ):
        for each in some:
            yield each
        looked_at, last = looked_at + len(some), some[-1]


async def accept(
    session: AsyncSession, booking_id: UUID, exchange_id: UUID, *, turn: Turn
) -> Booking:
    """Exchange a booking's slot for one that is offered; both are agreed, and both are told.

    Raises RequestNotFound, SlotNotAgreed, ExchangeNotFound for one that is none for it,
    ExchangeOver, and SameDayQuota for its own quota.
    """
    found = await exchanges.find(session, exchange_id)
    if found is None or found.booking_id == booking_id:
        raise ExchangeNotFound()
    theirs, booking = await _both(session, found.booking_id, booking_id, turn=turn)
    await occupancy.lock_all(session, turn.yards)
    for code in sorted({_slot(theirs).yard, _slot(booking).yard}):
        await occupancy.lock_placing(session, code)
    slots = await slots_of(session, found, theirs, booking, turn=turn)
    if slots is None:
        raise ExchangeOver() if found.stretch.holds(_slot(booking)) else ExchangeNotFound()
    await quota.require(session, booking, slots[1], turn=turn)
    if not await fair(session, (theirs, booking), slots, turn=turn):
        raise ExchangeOver()
    if not await exchanges.take(session, found.id, by=booking.id, now=turn.now):
        raise ExchangeOver()
    return await _exchange(session, (theirs, booking), slots, turn=turn)


async def _both(
    session: AsyncSession, theirs_id: UUID, booking_id: UUID, *, turn: Turn
) -> tuple[Booking, Booking]:
    """Both bookings, locked in one order. Raises what they are not in a state for."""
    for each in sorted((theirs_id, booking_id)):
        await store.lock(session, each)
    booking, _ = await _agreed(session, booking_id, turn=turn)
    try:
        theirs, _ = await _agreed(session, theirs_id, turn=turn)
    except SlotNotAgreed:
        raise ExchangeOver() from None
    return theirs, booking


async def _agreed(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> tuple[Booking, Slot]:
    booking = await store.lock(session, booking_id)
    if booking is None:
        raise RequestNotFound()
    slot = exchange.agreed(booking)
    if slot is None or slot.starts < turn.now + turn.terms.lead:
        raise SlotNotAgreed(status=booking.status.value)
    return booking, slot


async def slots_of(
    session: Reading, offered: Exchange, theirs: Booking, booking: Booking, *, turn: Turn
) -> tuple[Slot, Slot] | None:
    """What the one that offered and the one that accepts would get; None if it is none for it."""
    slot, own = exchange.agreed(theirs), exchange.agreed(booking)
    if offered.state is not State.OPEN or slot != offered.slot or own is None:
        return None
    if own.yard not in serving(theirs, turn=turn) or slot.yard not in serving(booking, turn=turn):
        return None
    apart = (theirs.id, booking.id)
    there, here = [
        await _calendar(session, turn.yard(code), apart, turn=turn)
        for code in (own.yard, slot.yard)
    ]
    slots = exchange.exchanged(there, here, theirs, booking)
    return slots if slots is not None and offered.stretch.holds(slots[0]) else None


async def _calendar(
    session: Reading, yard: Yard, apart: tuple[UUID, UUID], *, turn: Turn
) -> Calendar:
    first = turn.now + turn.terms.lead
    return await sight.calendar_of(session, yard, first=first, turn=turn, without=apart)


def serving(booking: Booking, *, turn: Turn) -> set[str]:
    """The yards in which a booking may be served; the one in which it is always."""
    found = {_slot(booking).yard}
    if booking.cargo is not None:
        yards = turn.serving(booking.wish, terminal=booking.cargo.terminal)
        found |= {yard.code for yard in yards}
    return found


async def fair(
    session: Reading,
    bookings: tuple[Booking, Booking],
    slots: tuple[Slot, Slot],
    *,
    turn: Turn,
) -> bool:
    """Does nobody get more of today than its quota allows?"""
    for booking, slot in zip(bookings, slots, strict=True):
        if await quota.until(session, booking, slot, turn=turn) is not None:
            return False
    return True


async def _exchange(
    session: AsyncSession,
    bookings: tuple[Booking, Booking],
    slots: tuple[Slot, Slot],
    *,
    turn: Turn,
) -> Booking:
    """Give both up and take both, or nothing; what is left over goes to who is in line."""
    try:
        async with database.savepoint(session):
            for booking in bookings:
                await occupancy.release(session, booking.id)
            for booking, slot in zip(bookings, slots, strict=True):
                await place.occupy(session, booking.id, turn.yard(slot.yard), slot, turn=turn)
    except occupancy.Occupied:
        raise ExchangeOver() from None
    after = [
        await record(
            session, booking, acts.rescheduled(booking, slot=slot, reason=BY_CONSENT), turn=turn
        )
        for booking, slot in zip(bookings, slots, strict=True)
    ]
    for booking in bookings:
        await waiting.freed(session, booking.slot, apart=booking.id, turn=turn)
    return after[1]


def _slot(booking: Booking) -> Slot:
    if booking.slot is None:
        raise SlotNotAgreed(status=booking.status.value)
    return booking.slot
