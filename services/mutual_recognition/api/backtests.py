"""Backtests: a table's content tried on the stored filings before it binds anybody."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.mutual_recognition import backtests as stored
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.commands import backtests as commands
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.rules.report import Report
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1", tags=["rule tables"])
READERS = (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE)
Name = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z_-]*$")]


class BacktestOut(BaseModel):
    """A backtest of the content whose canonical JSON has this SHA-256.

    Each filing is decided as if it came on `on`, the content's first day: by the tables of
    `compared_with`, and by them with the content in the place of its own. `done` of `filings` are
    replayed; `report` is null until all are, `failure` says why it came to none.
    """

    id: UUID
    table: str
    sha256: str
    on: date
    status: str
    asked_by: str
    agency: str
    asked_at: datetime
    filings: int | None
    done: int
    compared_with: dict[str, int] | None
    report: Report | None
    failure: str | None
    finished_at: datetime | None


@router.post(
    "/tables/{name}/backtests",
    status_code=202,
    response_model=BacktestOut,
    dependencies=[idempotency.KEYED],
)
async def replay(
    ask: Ask,
    name: Name,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    content: Annotated[Table, json_body(Table)],
) -> Response:
    """Replay the stored filings under this content, drafted or not; the one under way if any."""

    async def work(session: AsyncSession) -> Answer:
        backtest_id = await commands.ask(
            session, name, content, by=who.subject, agency=str(who.agency), desk=ask.desk
        )
        return Answer(202, await _shown(await session.connection(), backtest_id))

    return await ask.keep(who, work)


@router.get("/backtests/{backtest_id}")
async def backtest(
    backtest_id: UUID,
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
) -> BacktestOut:
    """How far it is, and what it says."""
    async with kit.database.connect() as connection:
        return await _shown(connection, backtest_id)


async def _shown(connection: AsyncConnection, backtest_id: UUID) -> BacktestOut:
    row = await stored.get(connection, backtest_id)
    if row is None:
        raise refusals.NoSuchBacktest(backtest=backtest_id)
    told = {**row, "table": row["name"], "on": row["content"]["valid_from"]}
    return BacktestOut.model_validate(told)
