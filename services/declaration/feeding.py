"""The feed: all receipts of a broker, numbered from 1 without a gap.

Receipts are numbered once they are committed, in the order in which they were written, by one
process at a time. So whoever has read up to a number has missed nothing below it, however long the
transaction took that wrote a receipt; and a filing's receipts are in their own order, since each is
written under the filing's lock, after the one before was committed.
"""

from collections.abc import Sequence

from sqlalchemy import Integer, RowMapping, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration.tables import FILINGS, RECEIPTS
from shared.prepared import Row, Statement

AT_ONCE = 1_000
FEED_LOCK = 7_003

_TURN = Statement(
    text("SELECT pg_try_advisory_xact_lock(:kind, hashtext(current_schema())) AS ours").bindparams(
        bindparam("kind", type_=Integer)
    )
)
_NUMBER = Statement(
    text("""
WITH fresh AS (
    SELECT filing_id, sequence, broker, row_number() OVER (PARTITION BY broker ORDER BY seq) AS nth
    FROM (
        SELECT filing_id, sequence, broker, seq FROM filing_receipts
        WHERE number IS NULL ORDER BY seq LIMIT :most
    ) AS waiting
), counted AS (
    SELECT broker, (
        SELECT max(number) FROM filing_receipts AS r
        WHERE r.broker = each.broker AND r.number IS NOT NULL
    ) AS last
    FROM (SELECT DISTINCT broker FROM fresh) AS each
)
UPDATE filing_receipts AS r SET number = coalesce(last, 0) + nth
FROM fresh JOIN counted USING (broker)
WHERE (r.filing_id, r.sequence) = (fresh.filing_id, fresh.sequence)
RETURNING r.filing_id, r.sequence, r.broker, r.number
""").bindparams(bindparam("most", type_=Integer))
)


async def number(session: AsyncSession, *, most: int = AT_ONCE) -> list[Row]:
    """Number receipts that were committed; none if another process is about it.

    The look at what is committed comes after the lock: in a statement of its own.
    """
    (turn,) = await _TURN.run(session, {"kind": FEED_LOCK})
    return await _NUMBER.run(session, {"most": most}) if turn["ours"] else []


async def page(
    connection: AsyncConnection, broker: str, *, after: int, limit: int
) -> Sequence[RowMapping]:
    """A broker's receipts with a number above `after`, in order."""
    chosen = (
        select(RECEIPTS, FILINGS.c.receipt_number)
        .join(FILINGS, FILINGS.c.id == RECEIPTS.c.filing_id)
        .where(RECEIPTS.c.broker == broker, RECEIPTS.c.number > after)
        .order_by(RECEIPTS.c.number)
        .limit(limit)
    )
    return (await connection.execute(chosen)).mappings().all()
