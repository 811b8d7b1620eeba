"""Asking for plans, and what becomes of an order until its plan is proposed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import plans
from services.booking.commands.turn import Turn
from services.booking.domain.refusals import PlanEnded, PlanNotFound
from services.booking.planner.order import TRIES, UNDER_WAY, Order, Stage, Terms
from services.booking.planner.proposal import Proposal

LEFT_ALONE = "its process ended before the plan was made, more than once"


async def ask(
    session: AsyncSession, yards: Sequence[str], terms: Terms, *, by: str, turn: Turn
) -> Order:
    """Order a plan. Raises YardNotFound and PlanUnderWay."""
    codes = tuple(sorted({turn.yard(code).code for code in yards}))
    order = Order(id=turn.ids(), yards=codes, terms=terms, asked_by=by, asked_at=turn.now)
    await plans.add(session, order)
    return order


async def cancel(session: AsyncSession, order_id: UUID) -> Order:
    """Call a plan off that is under way. Raises PlanNotFound and PlanEnded."""
    order = await plans.lock(session, order_id)
    if order is None:
        raise PlanNotFound()
    if order.stage not in UNDER_WAY:
        raise PlanEnded(stage=order.stage)
    return await _ended(session, order, stage=Stage.CANCELLED)


async def take(session: AsyncSession, *, within: timedelta, turn: Turn) -> Order | None:
    """The next order to work on, or None; its plan is due `within` that time besides its searches.

    One that was begun too often without an end has failed.
    """
    order = await plans.next_one(session, now=turn.wall)
    if order is None:
        return None
    if order.tries >= TRIES:
        return await _ended(session, order, stage=Stage.FAILED, failure=LEFT_ALONE)
    due = turn.wall + order.terms.longest + within
    begun = replace(order, stage=Stage.RUNNING, tries=order.tries + 1, due_back=due)
    await plans.save(session, begun)
    return begun


async def propose(session: AsyncSession, order: Order, proposal: Proposal) -> Order | None:
    """Publish what an order came to; None if it is not ours to answer any more."""
    mine = await _still_mine(session, order)
    return mine and await _ended(session, mine, stage=Stage.PROPOSED, proposal=proposal)


async def fail(session: AsyncSession, order: Order, failure: str) -> Order | None:
    """Say why there is no plan; None if it is not ours to answer any more."""
    mine = await _still_mine(session, order)
    return mine and await _ended(session, mine, stage=Stage.FAILED, failure=failure)


async def _still_mine(session: AsyncSession, order: Order) -> Order | None:
    """The order, locked, if it was not cancelled or begun by another process meanwhile."""
    now = await plans.lock(session, order.id)
    if now is None or (now.stage, now.tries) != (Stage.RUNNING, order.tries):
        return None
    return now


async def _ended(
    session: AsyncSession,
    order: Order,
    *,
    stage: Stage,
    proposal: Proposal | None = None,
    failure: str | None = None,
) -> Order:
    after = replace(order, stage=stage, due_back=None, proposal=proposal, failure=failure)
    await plans.save(session, after)
    return after
