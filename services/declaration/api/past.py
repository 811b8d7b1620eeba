"""A filing's past over HTTP: its versions, what differs between two, and every act."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request

from services.declaration import dictionary, past
from services.declaration.api.filings import InKit, Reader, seen
from services.declaration.api.past_answers import (
    ActOut,
    DifferenceOut,
    DifferencesOut,
    VersionContentOut,
    VersionOut,
)
from services.declaration.domain import differences
from services.declaration.domain.content import Content
from services.declaration.settings import Settings
from shared.auth.principal import Role
from shared.http import paging
from shared.http.paging import After, Limit, Page

router = APIRouter(prefix="/v1/filings", tags=["past"])

Number = Annotated[int, Path(ge=1, le=paging.LAST_NUMBER)]


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
        await seen(connection, filing_id, who)
        rows = await past.versions(connection, filing_id, after=after, limit=limit + 1)
    found = [VersionOut.of(row) for row in rows]
    return paging.numbered(found, limit=limit, number=lambda version: version.filing_version)


@router.get("/{filing_id}/versions/{version}")
async def read_version(
    filing_id: UUID, version: Number, kit: InKit, who: Reader
) -> VersionContentOut:
    """One version as it was accepted. It never changes."""
    async with kit.database.connect() as connection:
        await seen(connection, filing_id, who)
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
        await seen(connection, filing_id, who)
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
        filing = await seen(connection, filing_id, who)
        rows = await past.acts(connection, filing, after=after, limit=limit + 1)
    told = [ActOut.of(row, officers=who.role is not Role.BROKER) for row in rows]
    return paging.numbered(told, limit=limit, number=lambda act: act.sequence)
