"""Reads for the API: lists are newest first, by keyset."""

from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mutual_recognition import store
from services.mutual_recognition.decisions import decisions
from services.mutual_recognition.rulebook import approvals, rule_versions
from services.mutual_recognition.store import recognitions, requirements


async def requirement(connection: AsyncConnection, requirement_id: UUID) -> RowMapping | None:
    """One requirement, or None."""
    found = await connection.execute(
        select(requirements).where(requirements.c.id == requirement_id)
    )
    return found.mappings().one_or_none()


async def requirement_page(
    connection: AsyncConnection,
    *,
    broker: str | None,
    filing_id: UUID | None,
    status: str | None,
    mode: str | None,
    before: UUID | None,
    limit: int,
) -> list[RowMapping]:
    """Requirements by filing (a filing's id grows with time), newest first; `broker` None: all."""
    columns = requirements.c
    filters = {"broker": broker, "filing_id": filing_id, "status": status, "mode": mode}
    wanted = select(requirements).order_by(columns.filing_id.desc()).limit(limit)
    for name, value in filters.items():
        if value is not None:
            wanted = wanted.where(columns[name] == value)
    if before is not None:
        wanted = wanted.where(columns.filing_id < before)
    return list((await connection.execute(wanted)).mappings().all())


async def recognition_of(connection: AsyncConnection, requirement_id: UUID) -> RowMapping | None:
    """The recognition of a requirement, or None."""
    found = await connection.execute(
        select(recognitions).where(recognitions.c.requirement_id == requirement_id)
    )
    return found.mappings().one_or_none()


async def recognition_page(
    connection: AsyncConnection,
    *,
    broker: str | None,
    filing_id: UUID | None,
    status: str | None,
    before: UUID | None,
    limit: int,
) -> list[RowMapping]:
    """Recognitions by filing, newest first; `broker` None: all. `is_open`: its requirement is."""
    columns = recognitions.c
    wanted = (
        select(recognitions, store.is_open.label("is_open"))
        .join(requirements, requirements.c.id == columns.requirement_id)
        .order_by(columns.filing_id.desc())
        .limit(limit)
    )
    if broker is not None:
        wanted = wanted.where(requirements.c.broker == broker)
    if filing_id is not None:
        wanted = wanted.where(columns.filing_id == filing_id)
    if status is not None:
        wanted = wanted.where(columns.status == status)
    if before is not None:
        wanted = wanted.where(columns.filing_id < before)
    return list((await connection.execute(wanted)).mappings().all())


async def decision(connection: AsyncConnection, decision_id: UUID) -> RowMapping | None:
    """One decision, or None."""
    found = await connection.execute(select(decisions).where(decisions.c.id == decision_id))
    return found.mappings().one_or_none()


async def rule_versions_of(
    connection: AsyncConnection, name: str | None = None
) -> list[RowMapping]:
    """All versions of one table or of all, without their content."""
    kept = [column for column in rule_versions.c if column.name != "content"]
    wanted = select(*kept).order_by(rule_versions.c.name, rule_versions.c.version)
    if name is not None:
        wanted = wanted.where(rule_versions.c.name == name)
    return list((await connection.execute(wanted)).mappings().all())


async def rule_version(connection: AsyncConnection, name: str, number: int) -> RowMapping | None:
    """One version with its content, or None."""
    found = await connection.execute(
        select(rule_versions).where(rule_versions.c.name == name, rule_versions.c.version == number)
    )
    return found.mappings().one_or_none()


async def approvals_of(connection: AsyncConnection, name: str, number: int) -> list[RowMapping]:
    """Who approved a version."""
    columns = approvals.c
    found = await connection.execute(
        select(approvals)
        .where(columns.name == name, columns.version == number)
        .order_by(columns.agency)
    )
    return list(found.mappings().all())
