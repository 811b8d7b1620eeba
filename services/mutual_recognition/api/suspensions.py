"""Suspended companies: by either agency at once, with the way back that the company reads."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.mutual_recognition import registers
from services.mutual_recognition import suspensions as stored
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.commands import suspensions as commands
from services.mutual_recognition.domain import refusals
from shared.auth import guard
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency, paging
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import StrictModel, Text
from shared.http.paging import Cursor, Limit, Page
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1", tags=["companies"])
OF_COMPANY = "/companies/{uscc}/suspensions"
AGENCIES = (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE)
READERS = (Role.BROKER, *AGENCIES)
CURSOR = TypeAdapter(UUID)
Sentence = Annotated[str, Text(max=400)]


class SuspensionIn(StrictModel):
    """Why a company is suspended, and what it has to do for its rating to count again."""

    grounds: Sentence
    way_back: Sentence


class LiftIn(StrictModel):
    """Why a suspension is lifted."""

    grounds: Sentence


class SuspensionOut(BaseModel):
    """A suspension by an agency; `lifted_at` is null as long as it lasts.

    By the policy if it tells the filing where something was found: then the agency may lift it on
    `liftable_from` at the earliest. It never ends by itself.
    """

    id: UUID
    uscc: str
    agency: str
    grounds: str
    way_back: str
    suspended_at: datetime
    filing_id: UUID | None
    liftable_from: date | None
    lifted_at: datetime | None
    lifted_because: str | None


class JudgedOut(SuspensionOut):
    """A suspension as the agencies see it.

    By the policy: which row of which version of it said so, and of what it was asked.
    """

    policy: int | None
    policy_row: str | None
    known: dict[str, Any] | None


class SuspensionsOut(BaseModel):
    """All suspensions of a company, the oldest first."""

    items: list[SuspensionOut]


@router.get("/suspensions")
async def all_suspensions(
    _who: Annotated[Principal, allowed(*AGENCIES)],
    kit: Annotated[Kit, Depends(kit_of)],
    status: Annotated[Literal["open", "lifted"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[JudgedOut]:
    """What the agencies have suspended, the newest first."""
    before = paging.decode_cursor(cursor, CURSOR)
    async with kit.database.connect() as connection:
        rows = await stored.page(connection, status=status, before=before, limit=limit + 1)
    found = [JudgedOut.model_validate(dict(row)) for row in rows]
    return paging.page(found, limit=limit, key=lambda each: each.id)


@router.get(OF_COMPANY)
async def suspensions(
    uscc: str,
    who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
) -> SuspensionsOut:
    """What a company is told of its suspensions: it reads its own, the agencies read all."""
    missing = refusals.NoSuchCompany(uscc=uscc)
    guard.own(who, uscc, missing=missing)
    async with kit.database.connect() as connection:
        if await registers.company(connection, uscc) is None:
            raise missing
        return await _shown(connection, uscc)


@router.post(
    OF_COMPANY, status_code=201, response_model=SuspensionsOut, dependencies=[idempotency.KEYED]
)
async def suspend(
    ask: Ask,
    uscc: str,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    wish: Annotated[SuspensionIn, json_body(SuspensionIn)],
) -> Response:
    """Suspend a company for the supervisor's own agency, at once."""

    async def work(session: AsyncSession) -> Answer:
        by, agency = who.subject, str(who.agency)
        told = wish.model_dump()
        given = {"uscc": uscc, "agency": agency, "by": by, **told}
        await commands.suspend(session, come_to=ask.later, **given)
        return Answer(201, await _shown(await session.connection(), uscc))

    return await ask.keep(who, work)


@router.post(
    OF_COMPANY + "/{suspension_id}/lift",
    response_model=SuspensionsOut,
    dependencies=[idempotency.KEYED],
)
async def lift(
    ask: Ask,
    uscc: str,
    suspension_id: UUID,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    wish: Annotated[LiftIn, json_body(LiftIn)],
) -> Response:
    """Lift the own agency's suspension; not by the supervisor who suspended."""

    async def work(session: AsyncSession) -> Answer:
        by, agency = who.subject, str(who.agency)
        told = {"uscc": uscc, "agency": agency, "grounds": wish.grounds, "by": by}
        await commands.lift(session, suspension_id, desk=ask.desk, **told)
        return Answer(200, await _shown(await session.connection(), uscc))

    return await ask.keep(who, work)


async def _shown(connection: AsyncConnection, uscc: str) -> SuspensionsOut:
    rows = await stored.of(connection, uscc)
    return SuspensionsOut(items=[SuspensionOut.model_validate(dict(row)) for row in rows])
