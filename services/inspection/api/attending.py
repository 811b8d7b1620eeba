"""Officers sign in at a container, and out again."""

from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import attending
from services.inspection.api import forms, views
from services.inspection.api.acting import Acting, Ask, Officer
from services.inspection.domain import attendance
from services.inspection.domain.attendance import Passing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Moment
from shared.http.body import json_body
from shared.http.idempotency import KEYED

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["attendance"], dependencies=[KEYED])
Officers = Annotated[forms.OfficersIn, json_body(forms.OfficersIn)]


@router.post("/come", response_model=views.CaseOut)
async def come(ask: Ask, who: Officer, body: Officers) -> Response:
    """Sign in at the container, yourself or colleagues of your agency; elsewhere that signs out.

    The container is in the yard or open. Your agency's conclusion, the closing of the container and
    the gate sign out whoever is still there.
    """

    async def work(session: AsyncSession, acting: Acting) -> Case:
        passing = Passing(body.officers, acting["now"].yard)
        return await attending.come(session, ask.case_id, passing, **acting)

    return await ask.keep(who, work)


@router.post("/leave", response_model=views.CaseOut)
async def leave(ask: Ask, who: Officer, body: Officers) -> Response:
    """Sign out where you leave the container, yourself or colleagues of your agency."""

    def step(case: Case, actor: Actor, now: Moment) -> Change:
        passing = Passing(body.officers, now.yard)
        return attendance.leave(case, passing, who=actor, now=now.yard)

    return await ask.answer(who, step)
