"""Filings as a table for spreadsheet programs: CSV, as long as it may be, of one moment."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, suppress
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration import finding
from services.declaration.api import columns
from services.declaration.api.columns import Language
from services.declaration.api.filings import InKit, Reader
from services.declaration.api.filters import FilterIn
from services.declaration.api.listing import zone_of
from services.declaration.finding import Wanted
from services.declaration.settings import Settings
from shared import errors
from shared.contracts.values import utc
from shared.http import exports
from shared.http.query import query_of

router = APIRouter(prefix="/v1/filings", tags=["filings"])

MOST = 50_000
AT_ONCE = 200
"""Filings that are in memory at once."""
_TEXT = {"text/csv": {"schema": {"type": "string"}}}
CSV: dict[int | str, dict[str, Any]] = {200: {"description": "A line a filing", "content": _TEXT}}
_MOMENT = timedelta(microseconds=1)


class ExportTooLong(errors.Invalid):
    """There are more filings than one export holds."""

    zh = "符合条件的申报单超过单次导出的上限。"
    mend = "Export the newest with accepted_from as told, then the rest with it as accepted_to."
    mend_zh = "请先以所示 accepted_from 导出最新部分，再以同一时间作为 accepted_to 导出其余部分。"


class ExportIn(FilterIn):
    """What is exported, and how."""

    language: Language | None = Field(
        default=None, description="Of the header line; by Accept-Language unless told."
    )
    bom: bool = Field(
        default=False, description="Begin with a byte order mark, which Excel needs for UTF-8."
    )


@router.get("/export.csv", response_class=StreamingResponse, responses=CSV)
async def export(
    request: Request, kit: InKit, who: Reader, asked: Annotated[ExportIn, query_of(ExportIn)]
) -> StreamingResponse:
    """Filings to which all filters apply as CSV, newest first, at most 50,000, of one moment.

    More are refused with the moment that parts them, so that nothing is cut off in silence.
    """
    wanted = asked.wanted(who, zone=zone_of(request))
    settings: Settings = request.app.state.settings
    language = asked.language or _preferred(request.headers.get("accept-language", ""))
    begin = (exports.BOM if asked.bom else "") + columns.header(language)
    name = f"filings-{settings.day_of(kit.clock.yard())}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
    }
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(exports.turn(request.app.state.exports))
        connection = await stack.enter_async_context(kit.database.snapshot())
        await _bound(connection, wanted)
        return exports.Export(
            _written(connection, wanted, begin=begin), headers=headers, held=stack.pop_all()
        )


async def _bound(connection: AsyncConnection, wanted: Wanted) -> None:
    """Raises ExportTooLong."""
    count = 0
    async with aclosing(finding.places(connection, wanted, first=finding.STEP)) as batches:
        async for some in batches:
            if count + len(some) > MOST:
                parting = some[MOST - count].at + _MOMENT
                raise ExportTooLong(at_most=MOST, accepted_from=utc(parting))
            count += len(some)


async def _written(
    connection: AsyncConnection, wanted: Wanted, *, begin: str
) -> AsyncIterator[str]:
    yield begin
    async with aclosing(finding.places(connection, wanted, first=finding.STEP)) as batches:
        async for some in batches:
            for first in range(0, len(some), AT_ONCE):
                yield columns.lines(await finding.at(connection, some[first : first + AT_ONCE]))


def _preferred(accepted: str) -> Language:
    """The language that an Accept-Language header (RFC 9110, 12.5.4) likes best; else Chinese."""
    liked = dict.fromkeys(Language, 0.0)
    for part in accepted.lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        with suppress(ValueError):
            language = Language(tag.strip()[:2])
            liked[language] = max(liked[language], float(weight or 1))
    return max(liked, key=lambda language: liked[language])
