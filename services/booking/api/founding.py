"""Founding yards."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import yardbook
from services.booking.api import doing, seeing, shown
from services.booking.api.models import YardOut
from services.booking.api.roster_models import FoundingIn
from services.booking.api.seeing import TheDesk
from services.booking.commands import founding
from services.booking.commands.roster import Maker
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer

router = APIRouter(tags=["yards"])

YardStaff = Annotated[Principal, allowed(Role.YARD)]


@router.post("/v1/yards", status_code=201, response_model=YardOut, dependencies=[idempotency.KEYED])
async def found(
    request: Request,
    who: YardStaff,
    desk: TheDesk,
    draft: Annotated[FoundingIn, json_body(FoundingIn)],
) -> Response:
    """Found the caller's own yard: it has no bay and serves nobody before its first day."""
    seeing.require_own_yard(who, draft.code)

    async def work(session: AsyncSession) -> Answer:
        await yardbook.alone(session)
        turn = await desk.turn(session)
        made = await founding.found(
            session,
            draft.founding(),
            who=Maker(who.subject, who.agency, draft.reason),
            skills=desk.settings.skills,
            turn=turn,
        )
        return Answer(201, shown.yard_out(made, now=turn.now))

    return await doing.once(request, desk, who, work)
