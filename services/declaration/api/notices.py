"""Release notices over HTTP: for who may see the filing, and for whoever holds the paper."""

import json
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

from services.declaration import notice_paper, release_notices
from services.declaration.api.filings import InKit, Reader, seen
from services.declaration.api.listing import zone_of
from services.declaration.api.slips import MADE, Pdf
from services.declaration.domain.notices import Standing
from services.declaration.release_notices import Notice, Sealer
from shared.auth.principal import Principal
from shared.http import paging, problem
from shared.kit import Kit

router = APIRouter(prefix="/v1/filings", tags=["release notices"])
public = APIRouter(prefix="/v1/notices", tags=["release notices"])
"""Asked for by a code that nobody can guess, instead of a token."""

_PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
PDF: dict[int | str, dict[str, Any]] = {200: {"description": "The notice", "content": _PDF}}
_HTML = {"text/html": {"schema": {"type": "string"}}}
_PROBLEM = {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
PAGES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The notice, as HTML where that is accepted", "content": _HTML},
    404: {"description": "There is no such notice", "content": _HTML | _PROBLEM},
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Nothing is loaded, found by a search engine or told to another site."""

Number = Annotated[
    int | None,
    Query(ge=1, le=paging.LAST_NUMBER, description="Of the notice; the newest unless told."),
]


class NoticeOut(BaseModel):
    """A release notice as it was sealed, and its `standing` now.

    `text` is JSON in RFC 8785's form; the `seal` is a JSON Web Signature (EdDSA) that names the
    SHA-256 of its UTF-8 bytes. `address` followed by `#` and the seal is what the QR code says.
    """

    standing: Standing
    address: str
    text: str
    seal: str
    key_id: str

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """The answer for a notice."""
        named = {name: notice.row[name] for name in ("address", "text", "seal", "key_id")}
        return cls(standing=notice.standing, **named)


class NoticesOut(BaseModel):
    """A filing's release notices, in order."""

    items: list[NoticeOut]


class KeyOut(BaseModel):
    """A public key as JSON Web Key (RFC 8037).

    `since` is when it first sealed (wall time), null if it has not yet.
    """

    kty: str = "OKP"
    crv: str = "Ed25519"
    use: str = "sig"
    alg: str = "EdDSA"
    kid: str
    x: str
    since: datetime | None


class KeysOut(BaseModel):
    """Every key that sealed a notice, the oldest first: a JSON Web Key Set (RFC 7517)."""

    keys: list[KeyOut]


async def sealer_of(request: Request) -> Sealer | None:
    """Who issues notices here, if anybody."""
    sealer: Sealer | None = request.app.state.sealer
    return sealer


TheSealer = Annotated[Sealer | None, Depends(sealer_of)]


@router.get("/{filing_id}/release-notices")
async def list_notices(filing_id: UUID, kit: InKit, who: Reader, sealer: TheSealer) -> NoticesOut:
    """The release notices of a filing: one for each release, none before the first.

    While this server has no seal key, those that were issued before.
    """
    issued = await _issued(filing_id, kit, who, sealer)
    return NoticesOut(items=[NoticeOut.of(each) for each in issued])


@router.get("/{filing_id}/release-notice.pdf", response_class=Pdf, responses=PDF)
async def release_notice(
    filing_id: UUID,
    request: Request,
    kit: InKit,
    who: Reader,
    sealer: TheSealer,
    number: Number = None,
) -> Pdf:
    """A release notice on paper, Chinese and English, sealed; its bytes never change.

    409 while nothing is released. Its QR code leads to the page that says whether it still stands,
    and carries the seal.
    """
    notice = release_notices.chosen(await _issued(filing_id, kit, who, sealer, number), number)
    said = json.loads(notice.row["text"])
    make = partial(
        notice_paper.pdf,
        said,
        code=notice.code,
        address=notice.row["address"],
        zone=zone_of(request),
    )
    named = {"Content-Disposition": f'inline; filename="{said["number"]}.pdf"'}
    return Pdf(await MADE.do(make), headers=named)


async def _issued(
    filing_id: UUID, kit: Kit, who: Principal, sealer: Sealer | None, number: int | None = None
) -> list[Notice]:
    """The filing's notices. Raises FilingNotFound, NoSealKey."""
    async with kit.database.connect() as connection:
        await seen(connection, filing_id, who)
    return await release_notices.of(
        kit.database, filing_id, sealer=sealer, now=kit.clock.wall(), number=number
    )


@public.get("/keys")
async def read_keys(kit: InKit, sealer: TheSealer) -> KeysOut:
    """The public keys by which seals are checked; those of before stay."""
    async with kit.database.connect() as connection:
        published = await release_notices.keys(connection, sealer=sealer)
    return KeysOut(
        keys=[KeyOut(kid=each.id, x=each.public, since=each.since) for each in published]
    )


@public.get("/{code}", response_model=NoticeOut, responses=PAGES)
async def read_notice(code: str, request: Request, kit: InKit) -> Response:
    """What a release notice says, and whether it still stands; by the code on it alone.

    HTML in Chinese and English for who accepts it, else JSON. No more than is on the paper.
    """
    shown = "text/html" in request.headers.get("accept", "")
    try:
        async with kit.database.connect() as connection:
            notice = await release_notices.found(connection, code)
    except release_notices.ReleaseNoticeNotFound:
        if shown:
            return HTMLResponse(notice_paper.unknown(), 404, headers=HEADERS)
        raise
    if not shown:
        return JSONResponse(NoticeOut.of(notice).model_dump(mode="json"), headers=HEADERS)
    said = json.loads(notice.row["text"])
    page = notice_paper.page(said, standing=notice.standing, zone=zone_of(request))
    return HTMLResponse(page, headers=HEADERS)
