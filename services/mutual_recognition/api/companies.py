"""The register of companies and each agency's ratings of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from stdnum.cn import uscc as uscc_code

from services.mutual_recognition import registers
from services.mutual_recognition.api import views
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.commands import companies as commands
from services.mutual_recognition.domain import refusals
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency, paging
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import Day, StrictModel, Text
from shared.http.paging import Cursor, Limit, Page
from shared.kit import Kit, kit_of

CURSOR = TypeAdapter(str)
router = APIRouter(prefix="/v1/companies", tags=["companies"])

READERS = (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE)


class CompanyIn(StrictModel):
    """A company to register."""

    uscc: Annotated[str, Text(max=18, min=18, pattern="[0-9A-HJ-NPQRTUWXY]{18}")]
    name: Annotated[str, Text(max=200)]


class RatingIn(StrictModel):
    """A rating, both days included; without `valid_to` until a later rating."""

    grade: commands.Grade
    valid_from: Day
    valid_to: Day | None = None
    grounds: Annotated[str, Text(max=400)]


@router.get("")
async def companies(
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[views.CompanyOut]:
    """Registered companies, by code."""
    after = paging.decode_cursor(cursor, CURSOR)
    async with kit.database.connect() as connection:
        rows = await registers.page(connection, after=after, limit=limit + 1)
    found = [views.CompanyOut.model_validate(dict(row)) for row in rows]
    return paging.page(found, limit=limit, key=lambda each: each.uscc)


@router.get("/{uscc}")
async def company(
    uscc: str,
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
) -> views.RatedCompanyOut:
    """One company with its ratings."""
    async with kit.database.connect() as connection:
        row = await registers.company(connection, uscc)
        if row is None:
            raise refusals.NoSuchCompany(uscc=uscc)
        ratings = [dict(each) for each in await registers.ratings(connection, uscc)]
    return views.RatedCompanyOut.model_validate({**row, "ratings": ratings})


@router.post(
    "",
    status_code=201,
    response_model=views.CompanyOut,
    dependencies=[idempotency.KEYED],
    responses={200: {"model": views.CompanyOut, "description": "Registered before."}},
)
async def register(
    ask: Ask,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    entry: Annotated[CompanyIn, json_body(CompanyIn)],
) -> Response:
    """Register a company; one that is known under this name is answered with 200."""
    if not uscc_code.is_valid(entry.uscc):
        raise refusals.InvalidUscc(pointer="/uscc", uscc=entry.uscc)

    async def work(session: AsyncSession) -> Answer:
        fresh = await commands.register(
            session, uscc=entry.uscc, name=entry.name, registered_by=who.subject, desk=ask.desk
        )
        known = dict(await registers.company(session, entry.uscc) or {})
        return Answer(201 if fresh else 200, views.CompanyOut.model_validate(known))

    return await ask.keep(who, work)


@router.post(
    "/{uscc}/ratings",
    status_code=201,
    response_model=views.RatingOut,
    dependencies=[idempotency.KEYED],
)
async def rate(
    ask: Ask,
    uscc: str,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    rating: Annotated[RatingIn, json_body(RatingIn)],
) -> Response:
    """Rate a company for the supervisor's own agency."""
    if rating.valid_to is not None and rating.valid_to < rating.valid_from:
        raise refusals.PeriodEndsBeforeItBegins(pointer="/valid_to")

    async def work(session: AsyncSession) -> Answer:
        facts = rating.model_dump()
        given_by = who.subject
        rating_id = await commands.rate(
            session, uscc=uscc, agency=who.agency, given_by=given_by, desk=ask.desk, **facts
        )
        made = {
            **facts,
            "id": rating_id,
            "agency": who.agency,
            "given_by": given_by,
            "given_at": ask.desk.now,
        }
        return Answer(201, views.RatingOut.model_validate(made))

    return await ask.keep(who, work)
