"""Rule tables: read them, draft a version, have it reviewed, approve it or turn it down."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.mutual_recognition import backtests, queries
from services.mutual_recognition.api import views
from services.mutual_recognition.api.asking import Ask
from services.mutual_recognition.commands import tables as commands
from services.mutual_recognition.decision_tables import texts
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.domain import refusals
from shared.auth.guard import allowed
from shared.auth.principal import Principal, Role
from shared.http import catalogue, idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import StrictModel, Text
from shared.http.paging import Page
from shared.kit import Kit, kit_of

router = APIRouter(prefix="/v1/tables", tags=["rule tables"])
catalogue.teach(texts.RULES)

READERS = (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.SERVICE)
Name = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z_-]*$")]
Number = Annotated[int, Path(ge=1, le=1_000_000)]


class RejectionIn(StrictModel):
    """Why a draft is turned down."""

    reason: Annotated[str, Text(max=400)]


@router.get("")
async def tables(
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
) -> Page[views.VersionOut]:
    """Every version of every table, without its rows."""
    async with kit.database.connect() as connection:
        rows = await queries.rule_versions_of(connection)
    return Page(items=[views.VersionOut.model_validate(dict(row)) for row in rows])


@router.get("/{name}/versions/{number}")
async def version(
    name: Name,
    number: Number,
    _who: Annotated[Principal, allowed(*READERS)],
    kit: Annotated[Kit, Depends(kit_of)],
) -> views.TableVersionOut:
    """One version with its rows and approvals."""
    async with kit.database.connect() as connection:
        return await _shown(connection, name, number)


@router.post(
    "/{name}/versions",
    status_code=201,
    response_model=views.TableVersionOut,
    dependencies=[idempotency.KEYED],
)
async def draft(
    ask: Ask,
    name: Name,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    content: Annotated[Table, json_body(Table)],
) -> Response:
    """Draft the next version. A malformed table is refused whole, with all its faults."""

    async def work(session: AsyncSession) -> Answer:
        number = await commands.draft(
            session, name, content, author=who.subject, agency=str(who.agency), desk=ask.desk
        )
        return Answer(201, await _shown(await session.connection(), name, number))

    return await ask.keep(who, work)


@router.put(
    "/{name}/versions/{number}",
    response_model=views.TableVersionOut,
    dependencies=[idempotency.KEYED],
)
async def replace(
    ask: Ask,
    name: Name,
    number: Number,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    content: Annotated[Table, json_body(Table)],
) -> Response:
    """Change the own draft. A malformed table is refused whole, and the draft stays as it was."""

    async def work(session: AsyncSession) -> Answer:
        await commands.replace(session, name, number, content, by=who.subject, desk=ask.desk)
        return Answer(200, await _shown(await session.connection(), name, number))

    return await ask.keep(who, work)


@router.post(
    "/{name}/versions/{number}/submit",
    response_model=views.TableVersionOut,
    dependencies=[idempotency.KEYED],
)
async def submit(
    ask: Ask, name: Name, number: Number, who: Annotated[Principal, allowed(Role.SUPERVISOR)]
) -> Response:
    """Have the own draft reviewed; from then on it does not change."""

    async def work(session: AsyncSession) -> Answer:
        await commands.submit(session, name, number, by=who.subject, desk=ask.desk)
        return Answer(200, await _shown(await session.connection(), name, number))

    return await ask.keep(who, work)


@router.post(
    "/{name}/versions/{number}/approve",
    response_model=views.TableVersionOut,
    dependencies=[idempotency.KEYED],
)
async def approve(
    ask: Ask,
    name: Name,
    number: Number,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
) -> Response:
    """Approve a version in review for the own agency; both agencies' approval publishes it.

    A backtest of exactly its content must be done, also of a table's first version; of the policy
    of suspensions there is none.
    """

    async def work(session: AsyncSession) -> Answer:
        await commands.approve(
            session, name, number, by=who.subject, agency=str(who.agency), desk=ask.desk
        )
        return Answer(200, await _shown(await session.connection(), name, number))

    return await ask.keep(who, work)


@router.post(
    "/{name}/versions/{number}/reject",
    response_model=views.TableVersionOut,
    dependencies=[idempotency.KEYED],
)
async def reject(
    ask: Ask,
    name: Name,
    number: Number,
    who: Annotated[Principal, allowed(Role.SUPERVISOR)],
    review: Annotated[RejectionIn, json_body(RejectionIn)],
) -> Response:
    """Turn a draft down for good, with the reason; what is in force stays in force."""

    async def work(session: AsyncSession) -> Answer:
        await commands.reject(
            session,
            name,
            number,
            by=who.subject,
            agency=str(who.agency),
            reason=review.reason,
            desk=ask.desk,
        )
        return Answer(200, await _shown(await session.connection(), name, number))

    return await ask.keep(who, work)


async def _shown(connection: AsyncConnection, name: str, number: int) -> views.TableVersionOut:
    row = await queries.rule_version(connection, name, number)
    if row is None:
        raise refusals.NoSuchTable(name=name, version=number)
    approved = [dict(each) for each in await queries.approvals_of(connection, name, number)]
    content = Table.model_validate(row["content"])
    done = await backtests.attached(connection, name, content)
    told = {"approvals": approved, "backtest": dict(done) if done else None}
    return views.TableVersionOut.model_validate({**row, **told})
