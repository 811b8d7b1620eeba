"""Waiting in line for a stretch of time, and cargo that stands at the gate without a slot."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import line
from services.booking.api import doing, seeing, shown
from services.booking.api.models import ReasonIn, RequestOut, StretchIn
from services.booking.api.requests import Reader
from services.booking.api.seeing import TheDesk
from services.booking.api.yards import YardCode
from services.booking.commands import waiting
from services.booking.desk import Desk
from services.booking.domain.refusals import WaitNotFound
from services.booking.line import State
from services.booking.store import Reading
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import StrictModel

router = APIRouter(tags=["requests"])

KEYED = [idempotency.KEYED]
Booker = Annotated[Principal, allowed(Role.BROKER, Role.YARD)]
YardStaff = Annotated[Principal, allowed(Role.YARD)]


class WaitOut(BaseModel):
    """A request's wait. `place` is how many are in line up to it for its home yard and kind."""

    model_config = ConfigDict(populate_by_name=True)

    request_id: UUID
    opens: datetime = Field(alias="from")
    closes: datetime = Field(alias="to")
    yards: list[str]
    since: datetime
    state: State
    place: int | None


class WalkInIn(StrictModel):
    """The request whose cargo stands at the gate."""

    request_id: Annotated[UUID, Field(strict=False)]


@router.post(
    "/v1/requests/{request_id}/wait", status_code=201, response_model=WaitOut, dependencies=KEYED
)
async def wait(
    request: Request,
    who: Booker,
    desk: TheDesk,
    request_id: UUID,
    draft: Annotated[StretchIn, json_body(StretchIn)],
) -> Response:
    """Wait for a slot in a stretch: the first in line is offered what falls free, as a hold."""

    async def work(session: AsyncSession) -> Answer:
        await seeing.visible(session, request_id, who=who)
        turn = await desk.turn(session)
        await waiting.wait(session, request_id, draft.stretch(), turn=turn)
        return Answer(201, await _shown(session, desk, request_id))

    return await doing.once(request, desk, who, work)


@router.get("/v1/requests/{request_id}/wait")
async def read_wait(who: Reader, desk: TheDesk, request_id: UUID) -> WaitOut:
    """For what a request waits or waited last, and what became of that."""
    async with desk.kit.database.connect() as session:
        await seeing.visible(session, request_id, who=who)
        return await _shown(session, desk, request_id)


@router.post("/v1/requests/{request_id}/wait/end", response_model=WaitOut, dependencies=KEYED)
async def end_wait(
    request: Request,
    who: Booker,
    desk: TheDesk,
    request_id: UUID,
    given: Annotated[ReasonIn, json_body(ReasonIn)],
) -> Response:
    """Wait no more; a slot that was offered stays held until it is confirmed or runs out."""

    async def work(session: AsyncSession) -> Answer:
        await seeing.visible(session, request_id, who=who)
        await waiting.leave(session, request_id, turn=await desk.turn(session))
        return Answer(200, await _shown(session, desk, request_id))

    return await doing.once(request, desk, who, work)


@router.post(
    "/v1/yards/{code}/walk-ins", status_code=201, response_model=RequestOut, dependencies=KEYED
)
async def walk_in(
    request: Request,
    who: YardStaff,
    desk: TheDesk,
    code: YardCode,
    draft: Annotated[WalkInIn, json_body(WalkInIn)],
) -> Response:
    """Book the next start for cargo that stands at the gate without a slot."""
    seeing.require_own_yard(who, code)

    async def work(session: AsyncSession) -> Answer:
        turn = await desk.turn(session)
        booking = await waiting.walk_in(session, draft.request_id, code, turn=turn)
        return Answer(201, shown.request_out(booking))

    return await doing.once(request, desk, who, work)


async def _shown(session: Reading, desk: Desk, request_id: UUID) -> WaitOut:
    row = await line.wait_of(session, request_id)
    if row is None:
        raise WaitNotFound()
    now, place = desk.kit.clock.yard(), None
    if row["state"] == State.WAITING:
        place = await line.place(session, request_id, now=now)
    return WaitOut(
        request_id=request_id,
        opens=row["opens"],
        closes=row["closes"],
        yards=row["yards"],
        since=row["since"],
        state=State(row["state"]),
        place=place,
    )
