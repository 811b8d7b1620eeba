"""Makes the plans that are asked for, each in a process of its own; asks for one now and then.

An order is taken with a time by which its plan is due. A service that is killed leaves it; after
that time it is begun anew, and given up when that happens too often. Bookings are touched by
nothing but a proposal that is applied.
"""

import asyncio
import contextlib
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from services.booking import plans
from services.booking.commands import apply_plan
from services.booking.commands import plans as orders
from services.booking.commands.survey import survey
from services.booking.desk import Desk
from services.booking.domain.refusals import PlanUnderWay
from services.booking.planner import posing, solve
from services.booking.planner import pricing as prices
from services.booking.planner.order import UNDER_WAY, Order, Stage, Terms
from services.booking.planner.proposal import Proposal, proposal
from services.booking.planner.solve import SolverFailed, Task
from shared import database, errors
from shared.service import Job

log = structlog.get_logger()

BY_ITSELF = "schedule"
WITHIN = timedelta(seconds=2 * solve.GRACE_SECONDS)
LOOK_SECONDS = 0.5


def planning(desk: Desk) -> Job:
    """Make the plans that are asked for, for ever."""

    async def run() -> None:
        while True:
            if not await plan_once(desk):
                await asyncio.sleep(desk.settings.plan_poll_seconds)

    return run


def pricing(desk: Desk) -> Job:
    """Let offers know the newest plans' prices, for ever."""

    async def run() -> None:
        seen: UUID | None = None
        while True:
            seen = await price_anew(desk, seen)
            await asyncio.sleep(desk.settings.plan_poll_seconds)

    return run


async def price_anew(desk: Desk, seen: UUID | None) -> UUID | None:
    """Take the prices of the newest plans if one was proposed after `seen`; the newest one."""
    async with desk.kit.database.connect() as session:
        newest = await plans.newest_proposed(session)
        if newest is not None and newest != seen:
            desk.prices = prices.table(await plans.prices(session))
    return newest


def asking(desk: Desk) -> Job:
    """Ask for a plan of all yards every so many yard minutes, for ever; never if that is 0."""

    async def run() -> None:
        while True:
            await ask_if_due(desk)
            await asyncio.sleep(desk.settings.sweep_seconds)

    return run


async def ask_if_due(desk: Desk) -> bool:
    """Ask for a plan if the last one is old enough; was one asked for?"""
    every = timedelta(minutes=desk.settings.plan_every_minutes)
    if not every:
        return False
    async with desk.kit.database.transaction() as session:
        turn = await desk.turn(session)
        last = await plans.last_asked(session, sorted(turn.yards), by=BY_ITSELF)
        if not turn.yards or (last is not None and turn.now - last < every):
            return False
        terms = _terms(desk)
        with contextlib.suppress(PlanUnderWay):
            await orders.ask(session, sorted(turn.yards), terms, by=BY_ITSELF, turn=turn)
            return True
    return False


async def plan_once(desk: Desk) -> bool:
    """Work on the next order; was there one?"""
    async with desk.kit.database.transaction() as session:
        order = await orders.take(session, within=WITHIN, turn=await desk.turn(session))
    if order is None:
        return False
    if order.stage is not Stage.RUNNING:
        log.warning("plan given up", plan_id=str(order.id), failure=order.failure)
        return True
    try:
        made = await _unless_cancelled(desk, order)
    except SolverFailed as error:
        log.warning("plan failed", plan_id=str(order.id), failure=str(error))
        async with desk.kit.database.transaction() as session:
            await orders.fail(session, order, str(error))
        return True
    if made is not None:
        await _publish(desk, order, made)
    return True


async def _publish(desk: Desk, order: Order, made: Proposal) -> None:
    """Propose what was made, and apply it with that if it is to be: both happen, or it is made
    anew. What is refused stays proposed.
    """
    async with desk.kit.database.transaction() as session:
        turn = await desk.turn(session)
        published = await orders.propose(session, order, made)
        if published is None or not order.terms.apply:
            return
        try:
            async with database.savepoint(session):
                await apply_plan.apply(session, order.id, turn=turn)
        except errors.Refused as error:
            log.warning("plan not applied", plan_id=str(order.id), error=str(error))


async def _unless_cancelled(desk: Desk, order: Order) -> Proposal | None:
    """What the order comes to; None if it was called off. Raises SolverFailed."""
    working = asyncio.create_task(_proposal(desk, order))
    try:
        while not (await asyncio.wait([working], timeout=LOOK_SECONDS))[0]:
            if not await _under_way(desk, order.id):
                return None
        return await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def _under_way(desk: Desk, order_id: UUID) -> bool:
    async with desk.kit.database.connect() as session:
        order = await plans.find(session, order_id)
    return order is not None and order.stage in UNDER_WAY


async def _proposal(desk: Desk, order: Order) -> Proposal:
    async with desk.kit.database.snapshot() as session:
        turn = await desk.turn(session)
        situation = await survey(session, order, turn=turn)
    problem = await asyncio.to_thread(posing.pose, situation)
    outlook = await asyncio.to_thread(posing.outlook, situation)
    terms = order.terms
    task = Task(
        problem,
        seconds=terms.seconds,
        seed=terms.seed,
        most_moved=terms.most_moved,
        additions=posing.additions(situation) if terms.advise else (),
        outlook=outlook,
    )
    solved = await solve.solve(task)
    now = desk.kit.clock.yard()
    published = partial(proposal, seed=terms.seed, now=now)
    return await asyncio.to_thread(published, situation, problem.requests, solved)


def _terms(desk: Desk) -> Terms:
    """Of the plans that are made by themselves."""
    settings = desk.settings
    return Terms(
        days=settings.horizon_days,
        seconds=settings.plan_seconds,
        seed=1,
        replan=settings.plan_replans,
        most_moved=settings.plan_most_moved,
        freeze_minutes=settings.plan_freeze_minutes,
        apply=True,
    )
