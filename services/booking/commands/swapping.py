"""Changing places: a changed booking keeps its time by what another can do without at its own.

The other one gets another bay or team at the very time it has, so that its broker loses nothing
and is not asked.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import occupancy, store
from services.booking.commands import place, sight
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, fit, offers, parts
from services.booking.domain import calendar as cal
from services.booking.domain.acts import Change
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.yard import Yard
from shared import database
from shared.contracts.values import Said, Slot

REASON = Said(
    en="another bay or team at the same time, so that a changed inspection keeps its own",
    zh="时间不变，改用其他查验位或查验组，以便另一票变更后的查验保留原时段",
)
AT_MOST = 20
"""Others that are looked at: each is a search."""


async def same_start(
    session: AsyncSession, booking: Booking, slot: Slot, *, turn: Turn
) -> Slot | None:
    """Take a slot at the start of the one that the booking has released, from one other booking
    that stays when it is; None if none can. Whoever calls has the yard's turn.
    """
    yard = turn.yard(slot.yard)
    if slot.starts < max(booking.window_in(yard).opens, turn.now):
        return None
    async for other, theirs in _others(session, booking, slot, turn=turn):
        calendar = await sight.calendar_of(
            session, yard, first=turn.now, turn=turn, without=[other.id]
        )
        found = _swap(calendar, booking, slot, other, theirs)
        if found is not None and await _done(session, booking, other, yard, found, turn=turn):
            return found[0]
    return None


def _swap(
    calendar: Calendar, booking: Booking, slot: Slot, other: Booking, theirs: Slot
) -> tuple[Slot, Slot] | None:
    """Both slots at the starts that they have, in a calendar that knows neither of them."""
    first = _then(calendar, booking, slot)
    if first is None:
        return None
    rest = cal.taking(calendar, fit.taken(calendar.yard, first))
    second = _then(rest, other, theirs)
    return None if second is None or second.ends != theirs.ends else (first, second)


def _then(calendar: Calendar, booking: Booking, slot: Slot) -> Slot | None:
    mine = frozenset(each.id for each in fit.resources(calendar.yard, slot))
    found = offers.best(calendar, booking.want, earliest=slot.starts, prefer=mine)
    return found if found is not None and found.starts == slot.starts else None


async def _others(
    session: AsyncSession, booking: Booking, slot: Slot, *, turn: Turn
) -> AsyncIterator[tuple[Booking, Slot]]:
    """Bookings that have something the booking could use then, and do not begin too soon.

    Not one whose requirement is met meanwhile: nothing is agreed about it any more.
    """
    yard = turn.yard(slot.yard)
    ends = slot.starts + timedelta(minutes=booking.want.minutes)
    able = {each for part in parts.of(yard, booking.want) for each in part.ids}
    wanted = [Taken(each, slot.starts, ends) for each in sorted(able)]
    there = sorted(await occupancy.in_the_way(session, booking.id, wanted))
    for other_id, _, _ in there[:AT_MOST]:
        other = await store.lock(session, other_id, skip_locked=True)
        if other is None or other.status not in (Status.CONFIRMED, Status.HELD):
            continue
        if not other.wanted:
            continue
        theirs = other.taking
        if theirs is not None and theirs.starts >= turn.now + turn.terms.lead:
            yield other, theirs


async def _done(
    session: AsyncSession,
    booking: Booking,
    other: Booking,
    yard: Yard,
    slots: tuple[Slot, Slot],
    *,
    turn: Turn,
) -> bool:
    """Take both, or neither if somebody was quicker; the other one's change is recorded."""
    try:
        async with database.savepoint(session):
            await occupancy.release(session, other.id)
            for owner, slot in zip((booking, other), slots, strict=True):
                await place.occupy(session, owner.id, yard, slot, turn=turn)
    except occupancy.Occupied:
        return False
    await record(session, other, _change(other, slots[1]), turn=turn)
    return True


def _change(other: Booking, slot: Slot) -> Change:
    if other.held_until is not None:
        return acts.held(other, slot=slot, until=other.held_until, reason=REASON)
    return acts.rescheduled(other, slot=slot, reason=REASON)
