"""A filing's past over HTTP: its versions, what differs between two, and every act."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration import dictionary, past, store
from services.declaration.api.filings import InKit, Reader
from services.declaration.api.past_answers import (
    ActOut,
    DifferenceOut,
    DifferencesOut,
    VersionContentOut,
    VersionOut,
)
from services.declaration.domain import differences
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.settings import Settings
from shared.auth import guard
from shared.auth.principal import Principal, Role
from shared.http import paging
from shared.http.paging import Limit, Page

router = APIRouter(prefix="/v1/filings", tags=["past"])

LAST = 2_147_483_647
After = Annotated[int, Query(ge=0, le=LAST)]
Number = Annotated[int, Path(ge=1, le=LAST)]


@router.get("/{filing_id}/versions")
async def list_versions(
    filing_id: UUID,
    kit: InKit,
    who: Reader,
    after: After = 0,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[VersionOut]:
    """Every content that was accepted, in order; `next` is the `after` of the page that follows."""
    async with kit.database.connect() as connection:
        await _seen(connection, filing_id, who)
        rows = await past.versions(connection, filing_id, after=after, limit=limit + 1)
    shown = [VersionOut.of(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=shown, next=str(shown[-1].filing_version) if more else None)


@router.get("/{filing_id}/versions/{version}")
async def read_version(
    filing_id: UUID, version: Number, kit: InKit, who: Reader
) -> VersionContentOut:
    """One version as it was accepted. It never changes."""
    async with kit.database.connect() as connection:
        await _seen(connection, filing_id, who)
        row = await past.version(connection, filing_id, version)
    return VersionContentOut.of(row)


@router.get("/{filing_id}/versions/{before}/differences/{after}")
async def read_differences(
    filing_id: UUID, before: Number, after: Number, request: Request, kit: InKit, who: Reader
) -> DifferencesOut:
    """What has to be changed in version `before` to get version `after`, field by field.

    Lines and containers are matched by their numbers. Items have their names of today.
    """
    settings: Settings = request.app.state.settings
    async with kit.database.connect() as connection:
        await _seen(connection, filing_id, who)
        one, other = [
            Content.model_validate((await past.version(connection, filing_id, number))["content"])
            for number in (before, after)
        ]
    today = dictionary.at(settings.day_of(kit.clock.yard()))
    found = differences.between(one, other)
    return DifferencesOut(
        filing_id=filing_id,
        before=before,
        after=after,
        items=[DifferenceOut.of(each, today) for each in found],
    )


@router.get("/{filing_id}/history")
async def history(
    filing_id: UUID,
    kit: InKit,
    who: Reader,
    after: After = 0,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[ActOut]:
    """Who did what to a filing and when, in order; `next` is the `after` of the next page."""
    async with kit.database.connect() as connection:
        filing = await _seen(connection, filing_id, who)
        rows = await past.acts(connection, filing, after=after, limit=limit + 1)
    shown = [ActOut.of(row, officers=who.role is not Role.BROKER) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items=shown, next=str(shown[-1].sequence) if more else None)


async def _seen(connection: AsyncConnection, filing_id: UUID, who: Principal) -> Filing:
    """The filing. Raises FilingNotFound unless the caller may see it."""
    filing = await store.get(connection, filing_id)
    guard.own(who, filing.broker, missing=store.FilingNotFound(filing_id=filing_id))
    return filing
