"""Trials: a draft runs beside the rules in force, and decides nothing."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.mutual_recognition import trials as stored
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.commands import trials as commands
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.rules.report import Share
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.contracts.values import Mode
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import StrictModel
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1/tables/{name}/versions/{number}/trial", tags=["rule tables"])
READERS = (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE)
Name = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z_-]*$")]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
DIFFERENCES = 50


class TrialIn(StrictModel):
    """The last legal day on which decisions are looked at."""

    until: date


class DifferenceOut(BaseModel):
    """A decision as it is (`live`) and as the draft would have made it (`dry`).

    With the same mode somebody inspects deeper, longer or by other skills. `fault`: the draft
    could not be asked.
    """

    decision_id: UUID
    filing_id: UUID
    live: Mode
    dry: Mode | None
    fault: str | None


class TrialOut(BaseModel):
    """How often a draft would have decided otherwise than was decided, since it is tried.

    `decided` are the decisions it was asked about, revisions included; it lags behind by seconds.
    `differences` are the last fifty.
    """

    table: str
    version: int
    started_by: str
    agency: str
    started_at: datetime
    until: date
    stopped_by: str | None
    stopped_at: datetime | None
    decided: int
    changed: int
    changed_share: Share
    recognised_live: int
    recognised_dry: int
    inspected_live: int
    inspected_dry: int
    faults: int
    differences: list[DifferenceOut]


@router.get("")
async def trial(
    name: Name,
    number: Number,
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
) -> TrialOut:
    """What the draft would have decided until now, beside what was decided."""
    async with kit.database.snapshot() as connection:
        return await _shown(connection, name, number)


@router.post("", status_code=201, response_model=TrialOut, dependencies=[idempotency.KEYED])
async def start(
    ask: Ask,
    name: Name,
    number: Number,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    wish: Annotated[TrialIn, json_body(TrialIn)],
) -> Response:
    """Ask the draft about every decision from now on; it never changes one."""

    async def work(session: AsyncSession) -> Answer:
        by, agency = who.subject, str(who.agency)
        await commands.start(
            session, name, number, until=wish.until, by=by, agency=agency, desk=ask.desk
        )
        return Answer(201, await _shown(await session.connection(), name, number))

    return await ask.keep(who, work)


@router.post("/stop", response_model=TrialOut, dependencies=[idempotency.KEYED])
async def stop(
    ask: Ask,
    name: Name,
    number: Number,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
) -> Response:
    """Ask it no more; what it said stays."""

    async def work(session: AsyncSession) -> Answer:
        by, agency = who.subject, str(who.agency)
        await commands.stop(session, name, number, by=by, agency=agency, desk=ask.desk)
        return Answer(200, await _shown(await session.connection(), name, number))

    return await ask.keep(who, work)


async def _shown(connection: AsyncConnection, name: str, number: int) -> TrialOut:
    row = await stored.get(connection, name, number)
    if row is None:
        raise refusals.NoSuchTrial(name=name, version=number)
    counted = await stored.figures(connection, name, number)
    apart = await stored.differences(connection, name, number, limit=DIFFERENCES)
    told = {
        "table": row["name"],
        "changed_share": Share.of_counts(counted["changed"], counted["decided"]),
        "differences": [dict(each) for each in apart],
    }
    return TrialOut.model_validate({**row, **counted, **told})
