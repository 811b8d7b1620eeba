"""Investigations: what an agency records and keeps to itself."""

from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import investigating
from services.inspection.api import forms, views
from services.inspection.api.acting import Acting, Ask, Officer
from services.inspection.api.correcting import Seq
from services.inspection.api.editions import Supervisor
from services.inspection.domain.case import Case
from services.inspection.domain.marking import Noted
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http.body import json_body
from shared.http.idempotency import KEYED
from shared.http.model import StrictModel, Text

OfAgency = Annotated[Principal, allowed(Role.OFFICER, Role.SUPERVISOR)]

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["investigations"], dependencies=[KEYED])


class InvestigateIn(StrictModel):
    """What is investigated, and why the other agency may not know of it."""

    text: Annotated[str, Text(max=2000, lines=True)]
    reason: forms.Reason
    container: forms.ContainerNumber | None = None

    def value(self) -> Noted:
        """As the domain says it."""
        return Noted(text=self.text, reason=self.reason, container=self.container)


class MarkIn(StrictModel):
    """Why a record is kept from others, or is so no more."""

    reason: forms.Reason


@router.post("/investigations", response_model=views.CaseOut)
async def investigate(
    ask: Ask, who: Officer, body: Annotated[InvestigateIn, json_body(InvestigateIn)]
) -> Response:
    """Record what your agency and the auditors alone may see; nobody is told of it."""

    async def work(session: AsyncSession, acting: Acting) -> Case:
        return await investigating.note(session, ask.case_id, body.value(), **acting)

    return await ask.keep(who, work)


@router.post("/records/{seq}/mark", response_model=views.CaseOut)
async def mark(
    ask: Ask, seq: Seq, who: OfAgency, body: Annotated[MarkIn, json_body(MarkIn)]
) -> Response:
    """Keep an answer or a file of your agency from the other one, from now on."""

    async def work(session: AsyncSession, acting: Acting) -> Case:
        return await investigating.mark(session, ask.case_id, seq, reason=body.reason, **acting)

    return await ask.keep(who, work)


@router.post("/records/{seq}/unmark", response_model=views.CaseOut)
async def unmark(
    ask: Ask, seq: Seq, who: Supervisor, body: Annotated[MarkIn, json_body(MarkIn)]
) -> Response:
    """Let the other agency see a record of yours that was kept from it."""

    async def work(session: AsyncSession, acting: Acting) -> Case:
        return await investigating.unmark(session, ask.case_id, seq, reason=body.reason, **acting)

    return await ask.keep(who, work)
