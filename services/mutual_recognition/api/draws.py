"""The random draw: seeds committed for periods ahead, and revealed once they have passed."""

import secrets as randomness
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import draws
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.commands import draws as commands
from services.mutual_recognition.commands.desk import Desk
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency, paging
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import Day, StrictModel
from shared.http.paging import Cursor, Limit, Page

router = APIRouter(prefix="/v1/draws", tags=["draws"])
CURSOR = TypeAdapter(date)


class PeriodIn(StrictModel):
    """Days that lie ahead, both included, at most 366."""

    valid_from: Day
    valid_to: Day


class PeriodOut(BaseModel):
    """A period of the draw.

    `commitment` is the SHA-256 of the seed; `seed` (hex) is null until the last day has passed.
    Where nobody committed in time, the service did so itself: `agency` is `system`.
    A draw of a table is HMAC-SHA256 under the seed of `KEY:TABLE`, modulo 10,000.
    """

    id: str
    valid_from: date
    valid_to: date
    commitment: str
    agency: str
    committed_at: datetime
    seed: str | None


@router.get("")
async def periods(
    ask: Ask,
    _who: Annotated[Principal, allowed(*Role)],
    cursor: Cursor = None,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[PeriodOut]:
    """Periods with what was committed for each, the latest first, and the seeds of those past."""
    before = paging.decode_cursor(cursor, CURSOR)
    async with ask.kit.database.connect() as connection:
        await draws.learn(connection, ask.desk.book)
        rows = await draws.page(connection, before=before, limit=limit + 1)
    found = [_shown(row, desk=ask.desk) for row in rows]
    return paging.page(found, limit=limit, key=lambda each: each.valid_from)


@router.post("", status_code=201, response_model=PeriodOut, dependencies=[idempotency.KEYED])
async def commit(
    ask: Ask,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    period: Annotated[PeriodIn, json_body(PeriodIn)],
) -> Response:
    """Commit to a seed that nobody knows, for what will be filed on days that lie ahead."""
    secret = randomness.token_bytes(commands.SECRET_BYTES)

    async def work(session: AsyncSession) -> Answer:
        made = await commands.commit(
            session,
            valid_from=period.valid_from,
            valid_to=period.valid_to,
            secret=secret,
            agency=str(who.agency),
            by=who.subject,
            desk=ask.desk,
        )
        return Answer(201, _shown(await draws.period(session, made), desk=ask.desk))

    return await ask.keep(who, work)


def _shown(row: RowMapping, *, desk: Desk) -> PeriodOut:
    known = desk.book.periods.get(row["id"])
    told = known.seed.hex() if known and desk.book.is_revealed(row["id"], on=desk.on) else None
    return PeriodOut.model_validate({**row, "seed": told})
