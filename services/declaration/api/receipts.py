"""The feed over HTTP: every receipt of a broker, in one order that never skips."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.declaration import feeding
from services.declaration.answers import FedReceiptOut
from services.declaration.api.filings import Broker, InKit
from shared.http import paging
from shared.http.paging import Limit

router = APIRouter(prefix="/v1/receipts", tags=["receipts"])

LAST = 2**63 - 1
After = Annotated[
    int, Query(ge=0, le=LAST, description="`next` of the page before; 0: from the first.")
]


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
