"""The acceptance slip over HTTP."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.declaration import past, slip
from services.declaration.api.filings import InKit, Reader, seen
from services.declaration.api.listing import zone_of
from services.declaration.domain.content import Content
from shared.few import Few
from shared.http import paging

router = APIRouter(prefix="/v1/filings", tags=["filings"])

MADE = Few(2)
"""Slips that a process makes at a time: each takes a core for some milliseconds."""
_PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
PDF: dict[int | str, dict[str, Any]] = {200: {"description": "The slip", "content": _PDF}}
Version = Annotated[
    int | None,
    Query(ge=1, le=paging.LAST_NUMBER, description="Of the content; the one in force unless told."),
]


class Pdf(Response):
    """A document as PDF."""

    media_type = "application/pdf"


@router.get("/{filing_id}/slip.pdf", response_class=Pdf, responses=PDF)
async def acceptance_slip(
    filing_id: UUID, request: Request, kit: InKit, who: Reader, version: Version = None
) -> Pdf:
    """The slip of an accepted filing, Chinese and English; a version's is the same for ever.

    The receipt number is on it as Code 128, the filing, version and number as QR code.
    """
    async with kit.database.connect() as connection:
        filing = await seen(connection, filing_id, who)
        number = version or filing.filing_version
        row = await past.version(connection, filing_id, number)
    make = partial(
        slip.pdf,
        Content.model_validate(row["content"]),
        filing_id=filing.id,
        version=number,
        receipt_number=filing.receipt_number,
        accepted_at=filing.accepted_at,
        zone=zone_of(request),
    )
    name = f"{filing.receipt_number}-{number}.pdf"
    return Pdf(await MADE.do(make), headers={"Content-Disposition": f'inline; filename="{name}"'})
