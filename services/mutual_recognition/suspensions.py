"""Suspended companies: rows and reads."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, Text, bindparam, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.register_tables import SuspensionRow
from services.mutual_recognition.rulebook import Reading
from shared.database import table_of
from shared.prepared import Statement

suspensions = table_of(SuspensionRow)
_SUSPENDING = Statement(
    text("""
    SELECT agency FROM company_suspensions
    WHERE uscc = :uscc AND lifted_at IS NULL ORDER BY agency""").bindparams(
        bindparam("uscc", type_=Text)
    )
)


async def suspending(session: AsyncSession, uscc: str) -> tuple[str, ...]:
    """The agencies that have suspended a company and not lifted it."""
    return tuple(row["agency"] for row in await _SUSPENDING.run(session, {"uscc": uscc}))


async def of(reading: Reading, uscc: str) -> Sequence[RowMapping]:
    """Every suspension of a company, the oldest first."""
    columns = suspensions.c
    wanted = select(suspensions).where(columns.uscc == uscc)
    found = await reading.execute(wanted.order_by(columns.suspended_at, columns.id))
    return found.mappings().all()


async def locked(session: AsyncSession, uscc: str, suspension_id: UUID) -> RowMapping | None:
    """One suspension of a company, locked until the transaction ends, or None."""
    columns = suspensions.c
    wanted = select(suspensions).where(columns.uscc == uscc, columns.id == suspension_id)
    return (await session.execute(wanted.with_for_update())).mappings().one_or_none()


async def add(
    session: AsyncSession,
    suspension_id: UUID,
    *,
    uscc: str,
    agency: str,
    grounds: str,
    way_back: str,
    by: str,
    now: datetime,
) -> None:
    """Suspend; UniqueViolationError if the agency has suspended the company already."""
    await session.execute(
        insert(suspensions).values(
            id=suspension_id,
            uscc=uscc,
            agency=agency,
            grounds=grounds,
            way_back=way_back,
            suspended_by=by,
            suspended_at=now,
        )
    )


async def lift(
    session: AsyncSession, suspension_id: UUID, *, by: str, because: str, now: datetime
) -> None:
    """End a suspension."""
    await session.execute(
        update(suspensions)
        .where(suspensions.c.id == suspension_id)
        .values(lifted_by=by, lifted_at=now, lifted_because=because)
    )
