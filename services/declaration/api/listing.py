"""The list of filings: found by what they declare, newest first, page by page."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request

from services.declaration import finding
from services.declaration.answers import FilingOut
from services.declaration.api import filters
from services.declaration.api.filings import InKit, Reader
from services.declaration.api.filters import FindIn
from services.declaration.settings import Settings
from shared.http.paging import Page
from shared.http.query import query_of

router = APIRouter(prefix="/v1/filings", tags=["filings"])


def zone_of(request: Request) -> ZoneInfo:
    """Where the days begin."""
    settings: Settings = request.app.state.settings
    return ZoneInfo(settings.time_zone)


@router.get("")
async def list_filings(
    request: Request, kit: InKit, who: Reader, asked: Annotated[FindIn, query_of(FindIn)]
) -> Page[FilingOut]:
    """Filings to which all filters apply, newest first; a broker sees its own."""
    wanted = asked.wanted(who, zone=zone_of(request))
    before = filters.place_of(asked.cursor, wanted)
    limit = asked.limit
    async with kit.database.snapshot() as connection:
        found = await finding.filings(connection, wanted, before=before, limit=limit + 1)
    shown = [FilingOut.of(filing) for filing in found[:limit]]
    more = len(found) > limit
    last = filters.cursor_of(wanted, finding.place_of(found[limit - 1])) if more else None
    return Page(items=shown, next=last)
