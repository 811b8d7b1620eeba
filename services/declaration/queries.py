"""Reads: lists of filings and of receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration import store
from services.declaration.domain.filing import Filing
from services.declaration.tables import FILINGS, RECEIPTS


@dataclass(frozen=True)
class Wanted:
    """Which filings a list shows; None: all."""

    broker: str | None = None
    status: str | None = None
    reference: str | None = None


async def filings(
    connection: AsyncConnection, wanted: Wanted, *, before: UUID | None, limit: int
) -> list[Filing]:
    """Newest first: ids sort by the time they were made."""
    chosen = select(FILINGS).order_by(FILINGS.c.id.desc()).limit(limit)
    for column, value in (
        (FILINGS.c.broker, wanted.broker),
        (FILINGS.c.status, wanted.status),
        (FILINGS.c.reference, wanted.reference),
    ):
        if value is not None:
            chosen = chosen.where(column == value)
    if before is not None:
        chosen = chosen.where(FILINGS.c.id < before)
    return [store.of(dict(row)) for row in (await connection.execute(chosen)).mappings()]


async def receipts(
    connection: AsyncConnection, filing_id: UUID, *, after: int, limit: int
) -> Sequence[RowMapping]:
    """The receipts of a filing with a sequence number above `after`, in order."""
    rows = await connection.execute(
        select(RECEIPTS)
        .where(RECEIPTS.c.filing_id == filing_id, RECEIPTS.c.sequence > after)
        .order_by(RECEIPTS.c.sequence)
        .limit(limit)
    )
    return rows.mappings().all()
