"""An open container goes first: what has not started makes room and is booked anew."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import line, occupancy, store
from services.booking.commands import place
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import Taken
from shared import database
from shared.contracts.values import Said

REASON = Said(
    en="an open container needs the bay or the team for longer",
    zh="已开箱的集装箱须继续占用该查验位或查验组",
)
OVERRUNS = Said(en="runs longer than planned", zh="查验时间超出计划")


async def force(
    session: AsyncSession, booking: Booking, wanted: Sequence[Taken], *, turn: Turn
) -> list[Booking]:
    """Take resources for an open container; returns the bookings that had to go.

    They have released their slots and still stand as held or confirmed: `rehouse` them once the
    container's own change is recorded. Raises Occupied if another open container is in the way;
    then nothing was changed.
    """
    for _ in range(place.TRIES):
        displaced = await _movable(session, booking, wanted)
        await occupancy.lock_placing(session, booking.slot.yard if booking.slot else booking.yard)
        try:
            async with database.savepoint(session):
                for each in (booking, *displaced):
                    await occupancy.release(session, each.id)
                await occupancy.take(session, booking.id, wanted)
        except occupancy.Occupied:
            continue
        return displaced
    raise occupancy.Occupied


async def keep(
    session: AsyncSession, booking: Booking, wanted: Sequence[Taken], *, turn: Turn
) -> list[Booking]:
    """Take for an open container what no other open one has; returns whom to `rehouse`.

    What it took before is given up. It is left with nothing if others are quicker each time.
    """
    for _ in range(place.TRIES):
        theirs = await occupancy.open_elsewhere(session, booking.id, wanted)
        free = [each for each in wanted if each.resource not in theirs]
        try:
            return await force(session, booking, free, turn=turn)
        except occupancy.Occupied:
            continue
    return await force(session, booking, (), turn=turn)


async def rehouse(session: AsyncSession, displaced: Sequence[Booking], *, turn: Turn) -> None:
    """Give each displaced booking its best next slot: holds expire, agreed slots are exchanged.

    One that is not wanted any more, because its requirement is met, ends.
    """
    for booking in sorted(displaced, key=lambda each: each.held_until is None, reverse=True):
        if not booking.wanted:
            await record(session, booking, acts.ended(booking, reason=REASON), turn=turn)
        elif booking.status is Status.HELD:
            freed = await take_back(session, booking, booking, reason=REASON, turn=turn)
            await place.seek(session, freed, turn=turn)
        else:
            await move(session, booking, reason=REASON, turn=turn)


async def take_back(
    session: AsyncSession, before: Booking, after: Booking, *, reason: Said, turn: Turn
) -> Booking:
    """End a hold, whose slot was released, before its time; its broker is told why.

    A request that was offered it by the line is in line again where it was, unless it left.
    """
    if before.held_until is not None and before.held_until <= turn.now:
        return await record(session, before, acts.expired(after), turn=turn)
    await line.taken_back(session, before.id, now=turn.now)
    return await record(session, before, acts.expired(after, reason=reason), turn=turn)


async def move(session: AsyncSession, booking: Booking, *, reason: Said, turn: Turn) -> Booking:
    """Exchange an agreed slot, which was released, for the best next one, or cancel it.

    Rather one that ends after the broker's latest wish than none.
    """
    slot = None
    for latest in dict.fromkeys((booking.wish.latest, None)):
        slot = slot or await place.place_best(session, booking, turn=turn, latest=latest)
    change = (
        acts.cancelled(booking, reason=reason)
        if slot is None
        else acts.rescheduled(booking, slot=slot, reason=reason)
    )
    return await record(session, booking, change, turn=turn)


async def _movable(
    session: AsyncSession, booking: Booking, wanted: Sequence[Taken]
) -> list[Booking]:
    """The bookings in the way, locked in order of id. Raises Occupied if one has started."""
    others = await occupancy.in_the_way(session, booking.id, wanted)
    if any(status == Status.STARTED for _, status, _ in others):
        raise occupancy.Occupied
    locked = [await store.lock(session, other) for other in sorted(each for each, _, _ in others)]
    if any(other is not None and other.status is Status.STARTED for other in locked):
        raise occupancy.Occupied
    return [other for other in locked if other is not None and other.taking is not None]
