"""The feed over HTTP: every receipt of a broker, in one order that never skips."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.declaration import feeding
from services.declaration.answers import ReceiptOut
from services.declaration.api.filings import Broker, InKit
from shared.http import paging
from shared.http.paging import Limit

router = APIRouter(prefix="/v1/receipts", tags=["receipts"])

LAST = 2**63 - 1
After = Annotated[
    int, Query(ge=0, le=LAST, description="`next` of the page before; 0: from the first.")
]


class FedReceiptOut(ReceiptOut):
    """One receipt in the feed; `number` counts those of the broker from 1 without a gap."""

    number: int
    filing_id: UUID
    receipt_number: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """The answer for a receipt's row with its filing's receipt number."""
        return cls(
            **ReceiptOut.of(row).model_dump(),
            number=row["number"],
            filing_id=row["filing_id"],
            receipt_number=row["receipt_number"],
        )


class Feed(BaseModel):
    """Some receipts, and the `after` of those that follow: of an empty page, its own."""

    items: list[FedReceiptOut]
    next: str


@router.get("")
async def feed(
    kit: InKit, who: Broker, after: After = 0, limit: Limit = paging.DEFAULT_LIMIT
) -> Feed:
    """What was told of all of the company's filings, in the order in which it became known.

    Whoever asks again with `next` misses nothing and gets nothing twice. A receipt is here a
    moment after the filing shows it.
    """
    async with kit.database.connect() as connection:
        rows = await feeding.page(connection, who.organisation, after=after, limit=limit)
    last = rows[-1]["number"] if rows else after
    return Feed(items=[FedReceiptOut.of(row) for row in rows], next=str(last))
