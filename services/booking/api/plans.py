"""Plans of whole days: asked for, made in the background, read, applied or called off."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import plans as stored
from services.booking.api import doing, seeing, shown_plans
from services.booking.api.plan_models import PlanIn, PlanOut, PlanSummaryOut
from services.booking.api.seeing import TheDesk
from services.booking.commands import apply_plan
from services.booking.commands import plans as orders
from services.booking.commands.turn import Turn
from services.booking.desk import Desk
from services.booking.domain.refusals import PlanNotFound
from services.booking.planner.order import Order
from services.booking.store import Reading
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page

router = APIRouter(tags=["plans"])

KEY = TypeAdapter(UUID)
Planner = Annotated[Principal, allowed(Role.YARD, Role.SUPERVISOR)]
PlanReader = Annotated[Principal, allowed(Role.YARD, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR)]
Command = Callable[[AsyncSession, Turn], Awaitable[Order]]


@router.post("/v1/plans", status_code=202, response_model=PlanOut, dependencies=[idempotency.KEYED])
async def ask(
    request: Request, who: Planner, desk: TheDesk, draft: Annotated[PlanIn, json_body(PlanIn)]
) -> Response:
    """Ask for a plan of what waits for a slot. It is made in the background: read it again.

    Yard staff plan their own yard. Nothing is booked or moved before the plan is applied.
    """

    async def command(session: AsyncSession, turn: Turn) -> Order:
        yards = _yards(who, draft.yards, turn=turn)
        return await orders.ask(session, yards, draft.terms(), by=who.organisation, turn=turn)

    return await _run(request, desk, who, command, status=202)


@router.get("/v1/plans")
async def read_plans(
    who: PlanReader, desk: TheDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[PlanSummaryOut]:
    """Plans, the newest first. Yard staff see those of their yard alone."""
    yard = who.organisation if who.role is Role.YARD else None
    before = decode_cursor(cursor, KEY)
    async with desk.kit.database.connect() as session:
        rows = await stored.page(session, yard=yard, before=before, limit=limit + 1)
    found = page(rows, limit=limit, key=lambda order: order.id)
    return Page(items=[shown_plans.summary_out(each) for each in found.items], next=found.next)


@router.get("/v1/plans/{plan_id}")
async def read_plan(who: PlanReader, desk: TheDesk, plan_id: UUID) -> PlanOut:
    """A plan with its difference to today's bookings."""
    async with desk.kit.database.connect() as session:
        return shown_plans.plan_out(await _visible(session, plan_id, who=who))


@router.post("/v1/plans/{plan_id}/apply", response_model=PlanOut, dependencies=[idempotency.KEYED])
async def apply(request: Request, who: Planner, desk: TheDesk, plan_id: UUID) -> Response:
    """Book and move what the plan proposes, in one transaction.

    What changed since the plan was made is left as it is, and told with the reason.
    """

    async def command(session: AsyncSession, turn: Turn) -> Order:
        await _visible(session, plan_id, who=who)
        return await apply_plan.apply(session, plan_id, turn=turn)

    return await _run(request, desk, who, command)


@router.post("/v1/plans/{plan_id}/cancel", response_model=PlanOut, dependencies=[idempotency.KEYED])
async def cancel(request: Request, who: Planner, desk: TheDesk, plan_id: UUID) -> Response:
    """Call a plan off that is being made."""

    async def command(session: AsyncSession, turn: Turn) -> Order:
        await _visible(session, plan_id, who=who)
        return await orders.cancel(session, plan_id)

    return await _run(request, desk, who, command)


def _yards(who: Principal, asked: Sequence[str], *, turn: Turn) -> Sequence[str]:
    """The yards to plan. Raises YardNotFound for one that the caller may not plan."""
    if who.role is Role.YARD:
        for code in asked:
            seeing.require_own_yard(who, code)
        return [who.organisation]
    return asked or sorted(turn.yards)


async def _visible(session: Reading, plan_id: UUID, *, who: Principal) -> Order:
    """The plan, if the caller may see it. Raises PlanNotFound, for other yards' too."""
    order = await stored.find(session, plan_id)
    if order is None or (who.role is Role.YARD and order.yards != (who.organisation,)):
        raise PlanNotFound()
    return order


async def _run(
    request: Request, desk: Desk, who: Principal, command: Command, *, status: int = 200
) -> Response:
    async def work(session: AsyncSession) -> Answer:
        after = await command(session, await desk.turn(session))
        headers = {"Location": f"/v1/plans/{after.id}"} if status == 202 else {}
        return Answer(status, shown_plans.plan_out(after), headers)

    return await doing.once(request, desk, who, work)
