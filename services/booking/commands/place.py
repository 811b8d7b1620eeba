"""Finding the slot that costs least and taking it, and holds that ran out in the way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import fairness, line, occupancy, store
from services.booking.commands import sight
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, fit, offers
from services.booking.domain import calendar as cal
from services.booking.domain.booking import Booking, Status
from services.booking.domain.offers import Offer
from services.booking.domain.yard import Yard
from services.booking.line import State
from shared.contracts.values import Slot

TRIES = 5


@dataclass(frozen=True)
class _Bounds:
    """Not before `after`, and not ending after `latest`; in these yards alone, if any are named."""

    after: datetime | None
    latest: datetime | None
    yards: Collection[str] = ()
    fair: bool = False


async def occupy(
    session: AsyncSession, booking_id: UUID, yard: Yard, slot: Slot, *, turn: Turn
) -> None:
    """Take a slot's bay and teams, setting aside holds that ran out. Raises Occupied."""
    wanted = fit.taken(yard, slot)
    for other, status, held_until in await occupancy.in_the_way(session, booking_id, wanted):
        over = status == Status.HELD and held_until is not None and held_until <= turn.now
        if not over or not await set_aside(session, other, turn=turn):
            raise occupancy.Occupied
    await occupancy.take(session, booking_id, wanted)


async def set_aside(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> bool:
    """Let a hold that ran out expire; False if somebody else is busy with it, or it did not.

    It counts as given up, unless the line had offered it.
    """
    held = await store.lock(session, booking_id, skip_locked=True)
    if held is None or held.status is not Status.HELD or held.held_until is None:
        return False
    if held.held_until > turn.now:
        return False
    await occupancy.release(session, held.id)
    if not await line.move(session, held.id, State.OFFERED, State.LAPSED, now=turn.now):
        await fairness.gave_up(session, held.broker, held.id, act="lapsed", at=turn.now)
    await record(session, held, acts.expired(held), turn=turn)
    return True


async def place_best(
    session: AsyncSession,
    booking: Booking,
    *,
    turn: Turn,
    after: datetime | None = None,
    latest: datetime | None = None,
    yards: Collection[str] = (),
    fair: bool = False,
) -> Slot | None:
    """Take the slot that costs least in the yards that serve the cargo, or in those named, or None.

    It does not end after `latest`. `fair`: none that the broker's quota forbids. The booking must
    have released its own.
    """
    bounds = _Bounds(after, latest, yards, fair)
    for yard in await _promising(session, booking, bounds, turn=turn):
        slot = await _place_in(session, booking, yard, bounds, turn=turn)
        if slot is not None:
            return slot
    return None


async def _promising(
    session: AsyncSession, booking: Booking, bounds: _Bounds, *, turn: Turn
) -> list[Yard]:
    """The serving yards that seem to have a slot: the cheapest slot's first, then the nearest."""
    if bounds.yards:
        yards = [turn.yard(code) for code in bounds.yards]
    elif booking.cargo is None:
        yards = [turn.yard(booking.yard)]
    else:
        yards = turn.serving(booking.wish, terminal=booking.cargo.terminal)
    if len(yards) == 1:
        return yards
    best = [(await _best_in(session, booking, yard, bounds, turn=turn), yard) for yard in yards]
    found = [(offers.rank(offer), yard) for offer, yard in best if offer is not None]
    return [yard for _, yard in sorted(found, key=lambda each: each[0])]


async def _best_in(
    session: AsyncSession, booking: Booking, yard: Yard, bounds: _Bounds, *, turn: Turn
) -> Offer | None:
    seen = await sight.see(
        session,
        booking,
        yard,
        turn=turn,
        after=bounds.after,
        latest=bounds.latest,
        fair=bounds.fair,
    )
    return next(iter(seen.cheapest(1)), None)


async def _place_in(
    session: AsyncSession, booking: Booking, yard: Yard, bounds: _Bounds, *, turn: Turn
) -> Slot | None:
    await occupancy.lock_placing(session, yard.code)
    for _ in range(TRIES):
        offer = await _best_in(session, booking, yard, bounds, turn=turn)
        if offer is None:
            return None
        try:
            await occupy(session, booking.id, yard, offer.slot, turn=turn)
        except occupancy.Occupied:
            continue
        return offer.slot
    return None


async def seek(
    session: AsyncSession, booking: Booking, *, turn: Turn, after: datetime | None = None
) -> Booking:
    """Book the best slot at once if the broker wished for that and one is wanted.

    One that ends after the broker's latest wish is never booked unasked.
    """
    if not (booking.seeking and booking.wish.auto_confirm):
        return booking
    slot = await place_best(
        session, booking, turn=turn, after=after, latest=booking.wish.latest, fair=True
    )
    if slot is None:
        return booking
    return await record(session, booking, acts.booked(booking, slot=slot), turn=turn)


def after_slot(slot: Slot | None) -> datetime | None:
    """When to look for the next slot after one was given up: not for the same again."""
    return None if slot is None else slot.starts + timedelta(minutes=cal.STEP_MINUTES)
