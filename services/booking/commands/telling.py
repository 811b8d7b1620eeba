"""Telling brokers of offers of exchange: whom one may suit, and when it is over.

An offer that cannot be accepted any more is withdrawn here, whatever changed its slot.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import exchange_notices, exchanges, store
from services.booking.commands import exchanging
from services.booking.commands.turn import Turn, record
from services.booking.domain import exchange
from services.booking.domain.booking import Booking
from services.booking.exchanges import Exchange, State
from shared.contracts.values import Said, Slot

TOLD = 10
"""Brokers' bookings that are told of an offer."""
LOOKED_AT = 100
"""Bookings of which it is looked whether the offer fits: for each a slot is looked for."""


async def tell(session: AsyncSession, exchange_id: UUID, *, turn: Turn) -> None:
    """Tell what is new about an offer. Whoever is busy with a booking is not waited for."""
    found = await exchange_notices.lock(session, exchange_id)
    if found is None:
        return
    offered, told = found
    if offered.state is State.OPEN:
        theirs = await store.lock(session, offered.booking_id, skip_locked=True)
        if theirs is None:
            return
        reason = _over(offered, theirs, turn=turn)
        if reason is None:
            if not told:
                await _tell_whom_it_suits(session, offered, theirs, turn=turn)
            await _tell_the_others(session, offered, moved_alone=True, turn=turn)
            return
        await exchanges.withdraw(session, theirs.id, now=turn.now)
        change = exchange.over(theirs, exchange_id=offered.id, own=True, reason=reason)
        await record(session, theirs, change, turn=turn)
    await _tell_the_others(session, offered, moved_alone=False, turn=turn)


def _over(offered: Exchange, theirs: Booking, *, turn: Turn) -> Said | None:
    """Why an offer cannot be accepted any more, if it cannot."""
    soonest = turn.now + turn.terms.lead
    if exchange.agreed(theirs) != offered.slot:
        return exchange.CHANGED
    late = offered.slot.starts < soonest or offered.stretch.closes <= soonest
    return exchange.TOO_LATE if late else None


async def _tell_whom_it_suits(
    session: AsyncSession, offered: Exchange, theirs: Booking, *, turn: Turn
) -> None:
    """The first who asked among those that could accept it, each with the slot it would get.

    Whoever is busy may be told at the next look, if those who are told are not enough by then.
    """
    able = exchanging.serving(theirs, turn=turn)
    yards = able.intersection(offered.stretch.yards) if offered.stretch.yards else able
    soonest = turn.now + turn.terms.lead
    many, busy = len(await exchange_notices.standing(session, offered.id)), False
    for each in await exchange_notices.suited(
        session, offered, yards, soonest=soonest, most=LOOKED_AT
    ):
        if many == TOLD:
            break
        booking = await store.lock(session, each.id, skip_locked=True)
        if booking is None:
            busy = True
        elif await _told(session, offered, theirs, booking, slot=each.slot, turn=turn):
            many += 1
    if many == TOLD or not busy:
        await exchange_notices.told(session, offered.id, now=turn.now)


async def _told(
    session: AsyncSession,
    offered: Exchange,
    theirs: Booking,
    booking: Booking,
    *,
    slot: Slot | None,
    turn: Turn,
) -> bool:
    """Tell a booking's broker of an offer; not if it does not suit, or its slot is not `slot`."""
    own = exchange.agreed(booking)
    if own is None or own != slot:
        return False
    instead = await _instead(session, offered, theirs, booking, turn=turn)
    if instead is None:
        return False
    change = exchange.offered(booking, exchange_id=offered.id, instead=instead)
    await record(session, booking, change, turn=turn)
    await exchange_notices.add(session, offered.id, booking.id, own, now=turn.now)
    return True


async def _instead(
    session: AsyncSession, offered: Exchange, theirs: Booking, booking: Booking, *, turn: Turn
) -> Slot | None:
    """The slot that a booking would get by an offer, if it could accept it now."""
    slots = await exchanging.slots_of(session, offered, theirs, booking, turn=turn)
    if slots is None or not await exchanging.fair(session, (theirs, booking), slots, turn=turn):
        return None
    return slots[1]


async def _tell_the_others(
    session: AsyncSession, offered: Exchange, *, moved_alone: bool, turn: Turn
) -> None:
    """Tell those who were told of an offer that it is over for them, unless they accepted it.

    `moved_alone`: of one that stands those whose own slots are others by now.
    """
    for row in await exchange_notices.standing(session, offered.id):
        if moved_alone and not row["moved"]:
            continue
        booking = await store.lock(session, row["booking_id"], skip_locked=True)
        if booking is None:
            continue
        await exchange_notices.end(session, offered.id, booking.id, now=turn.now)
        if booking.id != offered.taken_by and exchange.agreed(booking) is not None:
            reason = exchange.NOT_THERE if moved_alone else exchange.NOT_OFFERED
            change = exchange.over(booking, exchange_id=offered.id, own=False, reason=reason)
            await record(session, booking, change, turn=turn)
