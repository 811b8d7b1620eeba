"""The pilot's registers: goods, and overseas authorities and producers whose certificates count.

And goods that need a licence, which are recognised of nobody, whatever is declared.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import pilots
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.commands import pilots as commands
from services.mutual_recognition.domain.pilots import Register
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency, paging
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import Day, StrictModel, Text
from shared.http.paging import Cursor, Limit, Page
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1/pilots/{register}", tags=["pilots"])
READERS = (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE)
CURSOR = TypeAdapter(UUID)
Code = Annotated[str, Text(max=64)]


class PilotEntryIn(StrictModel):
    """Whether something counts for the own agency, both days included.

    `code`: for goods and licences the first 2 to 10 digits of an HS code; for an authority its
    country and the type of its certificates (`NZ/519`); for a producer its registration number.
    Types and numbers are kept in capitals, without spaces and signs. With `counts: false` it is
    taken out. Without `valid_to` until a later entry.
    """

    code: Code
    name: Annotated[str, Text(max=200)]
    counts: bool = True
    valid_from: Day
    valid_to: Day | None = None
    grounds: Annotated[str, Text(max=400)]


class PilotEntryOut(BaseModel):
    """An entry of a register. Of an agency's entries for a code and a day the newest counts."""

    id: UUID
    code: str
    name: str
    agency: str
    counts: bool
    valid_from: date
    valid_to: date | None
    grounds: str
    given_by: str
    given_at: datetime


@router.get("")
async def entries(
    register: Register,
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
    code: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[PilotEntryOut]:
    """A register's entries, or those of one code, the newest first."""
    before = paging.decode_cursor(cursor, CURSOR)
    async with kit.database.connect() as connection:
        rows = await pilots.page(connection, register, code=code, before=before, limit=limit + 1)
    found = [PilotEntryOut.model_validate(dict(row)) for row in rows]
    return paging.page(found, limit=limit, key=lambda each: each.id)


@router.post("", status_code=201, response_model=PilotEntryOut, dependencies=[idempotency.KEYED])
async def enter(
    ask: Ask,
    register: Register,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    entry: Annotated[PilotEntryIn, json_body(PilotEntryIn)],
) -> Response:
    """Enter what counts for the supervisor's own agency, or take it out."""

    async def work(session: AsyncSession) -> Answer:
        made = await commands.enter(
            session,
            register,
            agency=str(who.agency),
            by=who.subject,
            desk=ask.desk,
            **entry.model_dump(),
        )
        return Answer(201, PilotEntryOut.model_validate(made))

    return await ask.keep(who, work)
