"""The line of requests for what falls free, and the gate, where cargo may stand without a slot."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import line, occupancy, store
from services.booking.commands import place, sight
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, lack, offers
from services.booking.domain.booking import Act, Booking
from services.booking.domain.line_refusals import NothingServes, SlotNotWanted, StretchImpossible
from services.booking.domain.offers import Bounds
from services.booking.domain.refusals import RequestNotFound
from services.booking.domain.wished import Stretch
from services.booking.line import Freed, State
from shared.contracts.values import Slot

AT_ONCE = 20
"""In line, who are looked at when something falls free; the sweep looks at all."""


async def wait(session: AsyncSession, booking_id: UUID, stretch: Stretch, *, turn: Turn) -> Booking:
    """Let a request wait for a slot in a stretch.

    Raises RequestNotFound, SlotNotWanted, YardNotFound and StretchImpossible.
    """
    booking = await _without_slot(session, booking_id)
    for code in stretch.yards:
        turn.yard(code)
    first = min(
        sight.earliest(booking, turn.yard(code), turn=turn, after=stretch.opens)
        for code in stretch.yards or (booking.yard,)
    )
    last_start = stretch.closes - timedelta(minutes=booking.want.minutes)
    if last_start < first:
        raise StretchImpossible(
            pointer="/to",
            earliest_start=first,
            needed_minutes=booking.want.minutes,
            to_at_least=first + timedelta(minutes=booking.want.minutes),
        )
    await line.join(
        session,
        booking.id,
        first=stretch.opens,
        last=stretch.closes,
        yards=stretch.yards,
        now=turn.now,
    )
    return booking


async def leave(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> Booking:
    """Wait no more; a slot that was offered stays held. Raises RequestNotFound."""
    booking = await store.lock(session, booking_id)
    if booking is None:
        raise RequestNotFound()
    await line.leave(session, booking.id, now=turn.now)
    return booking


async def given_up(session: AsyncSession, booking: Booking, *, turn: Turn) -> Booking:
    """What its slot took goes to who is in line; the booking gets a later one if wished."""
    await freed(session, booking.slot, apart=booking.id, turn=turn)
    return await place.seek(session, booking, turn=turn, after=place.after_slot(booking.slot))


async def freed(session: AsyncSession, slot: Slot | None, *, apart: UUID, turn: Turn) -> None:
    """What a slot took goes to who is in line for it, but not to the booking that had it."""
    if slot is not None:
        yard = turn.yard(slot.yard)
        bay = yard.bay(slot.bay, at=slot.starts)
        kinds = () if bay is None else (bay.kind, *bay.also)
        left = Freed(yard.code, kinds, max(slot.starts, turn.now), slot.ends)
        await pass_on(session, left, apart=apart, turn=turn)


async def pass_on(
    session: AsyncSession, left: Freed, *, turn: Turn, apart: UUID | None = None
) -> None:
    """Offer what fell free to who is in line for it, before anybody else sees it."""
    if left.starts >= left.ends:
        return
    those = await line.for_what(session, left, now=turn.now, limit=AT_ONCE)
    if any(each != apart for each in those):
        await occupancy.lock_all(session, turn.yards)
    for each in those:
        if each != apart:
            await serve(session, each, turn=turn)


async def serve(session: AsyncSession, booking_id: UUID, *, turn: Turn) -> None:
    """Book the best slot for a request in line, or offer it, as its broker wished."""
    booking = await store.lock(session, booking_id, skip_locked=True)
    if booking is None or not booking.seeking:
        return
    if booking.wish.auto_confirm:
        await place.seek(session, booking, turn=turn)
        return
    row = await line.wait_of(session, booking.id)
    if row is None or row["state"] != State.WAITING:
        return
    slot = await place.place_best(
        session,
        booking,
        turn=turn,
        after=row["opens"],
        latest=row["closes"],
        yards=row["yards"],
        fair=True,
    )
    if slot is not None:
        await line.move(session, booking.id, State.WAITING, State.OFFERED, now=turn.now)
        until = turn.now + turn.terms.offer
        change = acts.held(booking, slot=slot, until=until, offered=True)
        await record(session, booking, change, turn=turn)


async def walk_in(session: AsyncSession, booking_id: UUID, code: str, *, turn: Turn) -> Booking:
    """Book the next start in a yard for cargo that stands at its gate, whatever was wished.

    It is there: neither its window nor the time that a truck needs matters. Raises
    RequestNotFound, SlotNotWanted, YardNotFound and NothingServes.
    """
    booking = await _without_slot(session, booking_id)
    acts.require(booking, Act.BOOK)
    yard = turn.yard(code)
    await occupancy.lock_placing(session, yard.code)
    for _ in range(place.TRIES):
        calendar = await sight.calendar_of(session, yard, first=turn.now, turn=turn)
        slot = next(offers.slots(calendar, booking.want, Bounds(turn.now)), None)
        if slot is None:
            why = lack.why_none(calendar, booking.want, earliest=turn.now)
            raise NothingServes(reason_en=why.en, reason_zh=why.zh)
        try:
            await place.occupy(session, booking.id, yard, slot, turn=turn)
        except occupancy.Occupied:
            continue
        await line.move(session, booking.id, State.WAITING, State.LEFT, now=turn.now)
        return await record(session, booking, acts.booked(booking, slot=slot), turn=turn)
    raise NothingServes(reason_en="others were quicker", reason_zh="已被他人抢先占用")


async def _without_slot(session: AsyncSession, booking_id: UUID) -> Booking:
    booking = await store.lock(session, booking_id)
    if booking is None:
        raise RequestNotFound()
    if not booking.seeking:
        raise SlotNotWanted(status=booking.status.value)
    return booking
