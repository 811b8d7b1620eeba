"""Applying a proposal: in one transaction, and only what of it still holds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import exchange_notices, occupancy, plans
from services.booking.commands import place
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts
from services.booking.domain.acts import Change
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import DAY, Taken
from services.booking.domain.refusals import PlanNotFound, PlanNotProposed
from services.booking.planner import recheck
from services.booking.planner.order import Applied, Left, Order, Stage
from services.booking.planner.proposal import Item, Kind
from services.booking.planner.recheck import Checked, Present, Why
from shared import database
from shared.contracts.values import Said

TRIES = 5
REASON = Said(en="the yards' plan was made anew", zh="查验场重新排程")


async def apply(session: AsyncSession, order_id: UUID, *, turn: Turn) -> Order:
    """Book and move what the proposal says, and tell what of it no longer held.

    What is proposed to brokers only takes nothing. Raises PlanNotFound and PlanNotProposed.
    """
    order = await plans.lock(session, order_id)
    if order is None:
        raise PlanNotFound()
    if order.stage is not Stage.PROPOSED or order.proposal is None:
        raise PlanNotProposed(stage=order.stage)
    items = [each for each in order.proposal.items if each.kind is not Kind.OFFER]
    bookings = await plans.lock_all(session, [each.booking_id for each in items])
    items = await _as_they_are(session, items, bookings)
    for code in sorted({each.slot.yard for each in items}):
        await occupancy.lock_placing(session, code)
    freeze = timedelta(minutes=order.terms.freeze_minutes)
    checked = await _take(session, items, bookings, turn=turn, thaws=turn.now + freeze)
    for item in checked.good:
        booking = bookings[item.booking_id]
        await record(session, booking, _change(booking, item), turn=turn)
    left = tuple(Left(booking_id=each, why=why) for each, why in checked.dropped.items())
    applied = Applied(at=turn.now, items=checked.good, left=left)
    after = replace(order, stage=Stage.APPLIED, applied=applied)
    await plans.save(session, after)
    return after


async def _as_they_are(
    session: AsyncSession, items: Sequence[Item], bookings: Mapping[UUID, Booking]
) -> list[Item]:
    """The items; those of bookings whose brokers were told something, no more, are as new."""
    now = {each.id: each.version for each in bookings.values()}
    older = {
        each.booking_id: each.version
        for each in items
        if each.version < now.get(each.booking_id, 0)
    }
    told = await exchange_notices.only_told(session, older)
    return [
        each.model_copy(update={"version": now[each.booking_id]})
        if each.booking_id in told
        else each
        for each in items
    ]


async def _take(
    session: AsyncSession,
    items: Sequence[Item],
    bookings: dict[UUID, Booking],
    *,
    turn: Turn,
    thaws: datetime,
) -> Checked:
    """Exchange the places of all that still holds; somebody may be quicker.

    Whoever cannot exchange its place stays in another's way, so all is checked again, a few times;
    after that only those are placed who have none yet.
    """
    moves = {each.id for each in bookings.values() if each.taking is not None}
    wanted = list(items)
    for tried in range(TRIES + 1):
        if tried == TRIES:
            wanted = [each for each in items if each.booking_id not in moves]
        taken = await _taken(session, wanted, turn=turn)
        soonest = turn.now + turn.terms.lead
        checked = recheck.check(wanted, Present(bookings, turn.yards, taken, soonest, thaws))
        try:
            async with database.savepoint(session):
                good = await _exchange(session, checked.good, moves, turn=turn)
        except occupancy.Occupied:
            continue
        placed = {each.booking_id for each in good}
        late = (each.booking_id for each in items if each.booking_id not in placed)
        return Checked(good, {each: checked.dropped.get(each, Why.TAKEN) for each in late})
    raise AssertionError("who takes a first place is in nobody's way")


async def _exchange(
    session: AsyncSession, items: Sequence[Item], moves: Collection[UUID], *, turn: Turn
) -> tuple[Item, ...]:
    """Give up all old places before the new ones are taken: they may change hands among them.

    Returns the items that are placed. One that has no place yet may fail; raises Occupied for one
    that would have to get its old one back.
    """
    for item in items:
        if item.booking_id in moves:
            await occupancy.release(session, item.booking_id)
    placed = []
    for item in sorted(items, key=lambda each: each.booking_id not in moves):
        yard = turn.yard(item.slot.yard)
        try:
            await place.occupy(session, item.booking_id, yard, item.slot, turn=turn)
        except occupancy.Occupied:
            if item.booking_id in moves:
                raise
        else:
            placed.append(item)
    return tuple(placed)


async def _taken(session: AsyncSession, items: Sequence[Item], *, turn: Turn) -> list[Taken]:
    """What others take near the slots of these items."""
    taken: list[Taken] = []
    for code in sorted({each.slot.yard for each in items}):
        slots = [each.slot for each in items if each.slot.yard == code]
        taken += await occupancy.taken(
            session,
            code,
            first=min(each.starts for each in slots) - DAY,
            last=max(each.ends for each in slots) + DAY,
            now=turn.now,
            without=[each.booking_id for each in items],
        )
    return taken


def _change(booking: Booking, item: Item) -> Change:
    if booking.status is Status.CONFIRMED:
        return acts.rescheduled(booking, slot=item.slot, reason=REASON)
    return acts.booked(booking, slot=item.slot)
