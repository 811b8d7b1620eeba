"""Requirements, why they are what they are, late selection, and recognitions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import decisions, queries
from services.mutual_recognition.api import views
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.api.books import TheBook
from services.mutual_recognition.commands import inspections
from services.mutual_recognition.domain import agencies as agency_data
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.domain.determination import Order
from services.mutual_recognition.domain.recognition import Status as RecognitionStatus
from services.mutual_recognition.domain.requirement import Status
from services.mutual_recognition.rules import explain
from shared.auth import guard
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.contracts.values import Mode, Scope
from shared.http import idempotency, paging
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import StrictModel, Text
from shared.http.paging import Cursor, Limit, Page
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1", tags=["requirements"])

READERS = (Role.BROKER, Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE)
CURSOR = TypeAdapter(UUID)
Skill = Annotated[str, Text(max=64, pattern="[a-z][a-z_]*")]


class OrderIn(StrictModel):
    """An officer's order to inspect, or to inspect deeper. Minutes are for the whole filing."""

    scope: Annotated[Scope, Field(strict=False)]
    skills: Annotated[tuple[Skill, ...], Field(max_length=agency_data.SPECIALITIES_MAX)] = ()
    minutes: Annotated[int, Field(ge=5, le=agency_data.MINUTES_MAX)] | None = None
    reason: Annotated[str, Text(max=400)]


@router.get("/requirements")
async def requirements(
    who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
    filing_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
    mode: Annotated[Mode | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[views.RequirementOut]:
    """Requirements, newest first; a broker's own."""
    before = paging.decode_cursor(cursor, CURSOR)
    async with kit.database.connect() as connection:
        rows = await queries.requirement_page(
            connection,
            broker=guard.limited_to(who),
            filing_id=filing_id,
            status=status,
            mode=mode,
            before=before,
            limit=limit + 1,
        )
    found = [views.requirement(row, who=who) for row in rows]
    return paging.page(found, limit=limit, key=lambda each: each.filing_id)


@router.get("/requirements/{requirement_id}")
async def requirement(
    requirement_id: UUID,
    who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
) -> views.RequirementOut:
    """One requirement with its recognition."""
    missing = refusals.NoSuchRequirement(requirement=requirement_id)
    async with kit.database.connect() as connection:
        row = await queries.requirement(connection, requirement_id)
        if row is None:
            raise missing
        guard.own(who, row["broker"], missing=missing)
        found = await queries.recognition_of(connection, requirement_id)
        return views.requirement(row, found, who=who)


@router.get("/decisions/{decision_id}")
async def decision(
    decision_id: UUID,
    _who: Annotated[Principal, allowed(Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE)],
    kit: Annotated[Kit, Depends(kit_of)],
    book: TheBook,
) -> views.DecisionOut:
    """Why a requirement is what it is, and what would have to change for another verdict.

    It is recomputed while you ask.
    """
    async with kit.database.connect() as connection:
        row = await queries.decision(connection, decision_id)
        if row is None:
            raise refusals.NoSuchDecision(decision=decision_id)
        stored = await decisions.load(connection, row, book=book)
    again = decisions.make(stored.id, stored.case, ticket=stored.ticket, book=book)
    told = {
        "draw_key": stored.ticket.key,
        "recomputed": again == stored,
        "explanation": explain.explain(stored.case, stored.outcome, agencies=book.agencies),
    }
    return views.DecisionOut.model_validate({**row, **told})


@router.post(
    "/requirements/{requirement_id}/orders",
    status_code=202,
    response_model=views.RequirementOut,
    dependencies=[idempotency.KEYED],
)
async def order(
    ask: Ask,
    requirement_id: UUID,
    who: Annotated[Principal, allowed(Role.OFFICER)],
    wish: Annotated[OrderIn, json_body(OrderIn)],
) -> Response:
    """Late selection: the officer's agency inspects, or inspects deeper."""
    desk, agency = ask.desk, str(who.agency)
    if not set(wish.skills) <= {*desk.book.agencies.skills.get(agency, ()), agency_data.GENERAL}:
        raise refusals.UnknownSkill(pointer="/skills", agency=agency, skills=wish.skills)
    given = Order(
        id=desk.ids(),
        cause="late_selection",
        agency=agency,
        scope=wish.scope,
        skills=wish.skills,
        minutes=wish.minutes,
        reason=wish.reason,
        given_by=who.subject,
        given_at=desk.now,
    )

    async def work(session: AsyncSession) -> Answer:
        revised = await inspections.order(session, requirement_id, given, desk=desk)
        return Answer(202, views.requirement(revised, who=who))

    return await ask.keep(who, work)


@router.get("/recognitions")
async def recognitions(
    who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
    filing_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[RecognitionStatus | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[views.RecognitionOut]:
    """Recognitions, newest first; a broker's own."""
    before = paging.decode_cursor(cursor, CURSOR)
    async with kit.database.connect() as connection:
        rows = await queries.recognition_page(
            connection,
            broker=guard.limited_to(who),
            filing_id=filing_id,
            status=status,
            before=before,
            limit=limit + 1,
        )
    found = [views.recognition(row, is_open=row["is_open"], who=who) for row in rows]
    return paging.page(found, limit=limit, key=lambda each: each.filing_id)
