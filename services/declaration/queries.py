"""Reads: lists of receipts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration.tables import RECEIPTS


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
