"""Proposals that are applied late, while others book, or that were made for a yard that changed."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.booking.commands import apply_plan, slots
from services.booking.commands import plans as orders
from services.booking.domain.booking import Booking, Status
from services.booking.domain.fit import Choice
from services.booking.jobs import planning
from services.booking.planner.order import Order, Terms
from services.booking.planner.proposal import Item, Kind, Proposal
from shared.contracts.values import Slot, TeamPlace
from tests.integration.booking.room import Office, booking_id
from tests.unit.booking import made

YARD = made.yard().code
RIVALS = apply_plan.TRIES + 1
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
HOUR = timedelta(hours=1)
TERMS = Terms(days=2, seconds=1, seed=1, replan=True, most_moved=Decimal(1), freeze_minutes=60)


def _slot(bay: str, team: str, *, at: Any = made.OPENS) -> Slot:
    places = (TeamPlace(agency="customs", team=team),)
    return Slot(yard=YARD, bay=bay, teams=places, starts=at, ends=at + HOUR)


def _item(of: Booking, to: Slot, kind: Kind = Kind.BOOK) -> Item:
    return Item(booking_id=of.id, version=of.version, kind=kind, slot=to, cost=Decimal(0))


async def _proposed(office: Office, *items: Item) -> UUID:
    """A plan that is made of these items."""
    order: Order = await office.do(lambda s, turn: orders.ask(s, [YARD], TERMS, by=YARD, turn=turn))
    taken = await office.do(lambda s, turn: orders.take(s, within=planning.WITHIN, turn=turn))
    proposal = Proposal(items=items, seed=1, made_at=office.clock.now)
    assert await office.do(lambda s, _: orders.propose(s, taken, proposal))
    return order.id


async def _applied(office: Office, plan: UUID) -> dict[UUID, str]:
    """Apply a plan; what was left and why."""
    order: Order = await office.do(lambda s, turn: apply_plan.apply(s, plan, turn=turn))
    assert order.applied is not None
    return {each.booking_id: each.why for each in order.applied.left}


async def test_a_plan_that_is_applied_late_moves_nothing_within_the_freeze(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    before = await office.booking(1)
    move = _item(before, _slot("P01", "C01", at=made.OPENS + HOUR), Kind.MOVE)
    plan = await _proposed(office, move)
    office.clock.now = made.OPENS - HOUR + timedelta(minutes=1)
    assert await _applied(office, plan) == {before.id: "frozen"}
    assert await office.booking(1) == before


async def test_others_who_are_quicker_leave_a_plan_all_that_they_did_not_take(
    office: Office,
) -> None:
    for serial in range(1, 2 * RIVALS + 2):
        await office.bring(made.determined(serial))
    wanted = [
        _item(await office.booking(i), _slot(f"P0{i}", f"C0{i}")) for i in range(1, RIVALS + 2)
    ]
    plan = await _proposed(office, *wanted)
    rivals = []
    for number in range(1, RIVALS + 1):
        rival = AsyncExitStack()
        session = await rival.enter_async_context(office.service.kit.database.transaction())
        choice = Choice(YARD, f"P0{number}", {"customs": f"C0{number}"}, made.OPENS)
        other = booking_id(RIVALS + 1 + number)
        turn, booking = await office.desk.with_booking(session, other)
        await slots.hold(session, booking, choice=choice, turn=turn)
        rivals.append(rival)
    applying = asyncio.create_task(_applied(office, plan))
    async with office.service.kit.database.connect() as watching:
        for rival in rivals:
            while not (await watching.execute(text(WAITING))).scalar_one():
                assert not applying.done()
                await asyncio.sleep(0.02)
            await rival.aclose()
    left = await applying
    assert left == dict.fromkeys((booking_id(i) for i in range(1, RIVALS + 1)), "taken")
    assert (await office.booking(RIVALS + 1)).status is Status.CONFIRMED
    assert await office.broken() == []
