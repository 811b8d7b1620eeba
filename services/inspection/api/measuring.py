"""How long filings take and what sharing saves: one by one, in groups, as JSON and as CSV."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.inspection import measured
from services.inspection.api import measure_columns, measure_views
from services.inspection.api.measure_views import FilingMeasuresOut, GroupOut, GroupsOut
from services.inspection.api.reading import Reader, TheKit
from services.inspection.api.watching import TheSettings
from services.inspection.measured import By, Key, Unit, Wanted
from services.inspection.settings import Settings
from shared import errors
from shared.auth.principal import Principal, Role
from shared.contracts.values import Agency
from shared.http import exports, faults, paging
from shared.http.model import Day, Text
from shared.http.query import Parameters, query_of
from shared.kit import Kit

router = APIRouter(prefix="/v1/measures", tags=["measures"])

KEY: TypeAdapter[Key] = TypeAdapter(tuple[paging.KeyMoment, UUID])
MOST_GROUPS = 5_000
AT_ONCE = 500
"""Filings of an export that are in memory at once."""
_BY = "|".join(By)
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "Lines", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


class TooManyGroups(errors.Invalid):
    """There are more groups than one answer holds."""

    zh = "分组数超过单次查询的上限。"
    mend = "Narrow the days or the filters, or group by fewer things."
    mend_zh = "请缩短期间、增加筛选条件，或减少分组项。"


class FilterIn(Parameters):
    """Which filings are measured; all of it applies. Yard staff and brokers: of their own."""

    accepted_from: Day | None = Field(default=None, description="From this day of the zone on.")
    accepted_to: Day | None = Field(default=None, description="To the end of this day.")
    yard: Annotated[str, Text(max=64)] | None = None
    agency: Agency | None = Field(default=None, description="That inspects or recognises.")
    company: Annotated[str, Text(max=64)] | None = Field(
        default=None, description="The consignee's or consignor's unified social credit code."
    )
    goods: Annotated[str, Text(max=10, pattern=r"[0-9]{2,10}")] | None = Field(
        default=None, description="The leading digits of the heaviest line's goods code."
    )

    def wanted(self, who: Principal, settings: Settings) -> Wanted:
        """What of it the caller may see. Raises Faults for days that run backwards."""
        since, until = self.accepted_from, self.accepted_to
        if since is not None and until is not None and since > until:
            raise errors.Faults(faults.fault(faults.PERIOD, pointer="/query/accepted_to"))
        return Wanted(
            since=_begin(since, settings) if since else None,
            until=_begin(until + timedelta(days=1), settings) if until else None,
            yard=who.organisation if who.role is Role.YARD else self.yard,
            agency=self.agency,
            company=self.company,
            goods=self.goods,
            broker=who.organisation if who.role is Role.BROKER else None,
        )


class GroupIn(FilterIn):
    """What is grouped by what."""

    by: Annotated[str, Text(max=40, pattern=rf"({_BY})(,({_BY}))*")] = Field(
        default="period", description="Any of yard, agency, company, goods, period, with commas."
    )
    unit: Unit = Field(default=Unit.MONTH, description="How long a period is.")

    @property
    def groups(self) -> tuple[By, ...]:
        """What it is grouped by, each once."""
        return tuple(dict.fromkeys(By(each) for each in self.by.split(",")))


class PageIn(FilterIn):
    """A page of filings."""

    cursor: Annotated[str, Text(max=1024)] | None = Field(
        default=None, description="`next` of the page before, with the same filters."
    )
    limit: int = Field(
        default=paging.DEFAULT_LIMIT, ge=1, le=200, description="How many items at most."
    )


@router.get("")
async def read_measures(
    who: Reader, kit: TheKit, settings: TheSettings, asked: Annotated[GroupIn, query_of(GroupIn)]
) -> GroupsOut:
    """How long filings took in each group, and what sharing saved, by the day of acceptance."""
    return GroupsOut(items=await _groups(kit, asked, who=who, settings=settings))


@router.get(".csv", response_class=Response, responses=_CSV)
async def read_measures_csv(
    who: Reader, kit: TheKit, settings: TheSettings, asked: Annotated[GroupIn, query_of(GroupIn)]
) -> Response:
    """The same as CSV, a line a group."""
    found = await _groups(kit, asked, who=who, settings=settings)
    columns = measure_columns.of_groups(asked.groups)
    text = measure_columns.header(columns) + measure_columns.lines(found, columns=columns)
    return Response(text, media_type=exports.Export.media_type, headers=_headers("measures"))


@router.get("/filings")
async def list_measures(
    who: Reader, kit: TheKit, settings: TheSettings, asked: Annotated[PageIn, query_of(PageIn)]
) -> paging.Page[FilingMeasuresOut]:
    """What was measured of each filing, those accepted last first."""
    before = paging.decode_cursor(asked.cursor, KEY)
    wanted, limit = asked.wanted(who, settings), asked.limit
    async with kit.database.snapshot() as connection:
        found = await _filings(connection, wanted, before=before, limit=limit + 1)
    return paging.page(found, limit=limit, key=_key)


@router.get("/filings.csv", response_class=StreamingResponse, responses=_CSV)
async def export_measures(
    request: Request,
    who: Reader,
    kit: TheKit,
    settings: TheSettings,
    asked: Annotated[FilterIn, query_of(FilterIn)],
) -> StreamingResponse:
    """The same as CSV, a line a filing, all of one moment."""
    wanted = asked.wanted(who, settings)
    columns = measure_columns.of_filings(settings.agencies)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(exports.turn(request.app.state.exports))
        connection = await stack.enter_async_context(kit.database.snapshot())
        text = _written(connection, wanted, columns)
        return exports.Export(text, headers=_headers("measures-of-filings"), held=stack.pop_all())


async def _groups(
    kit: Kit, asked: GroupIn, *, who: Principal, settings: Settings
) -> list[GroupOut]:
    wanted = asked.wanted(who, settings)
    async with kit.database.connect() as connection:
        rows = await measured.groups(
            connection,
            wanted,
            by=asked.groups,
            unit=asked.unit,
            zone=settings.zone,
            limit=MOST_GROUPS + 1,
        )
    if len(rows) > MOST_GROUPS:
        raise TooManyGroups(at_most=MOST_GROUPS)
    return [measure_views.group_out(each) for each in rows]


async def _filings(
    connection: AsyncConnection, wanted: Wanted, *, before: Key | None, limit: int
) -> list[FilingMeasuresOut]:
    rows = await measured.filings(connection, wanted, before=before, limit=limit)
    agencies = await measured.agencies(connection, [row["filing_id"] for row in rows])
    return [measure_views.filing_out(row, agencies[row["filing_id"]]) for row in rows]


async def _written(
    connection: AsyncConnection, wanted: Wanted, columns: list[str]
) -> AsyncIterator[str]:
    yield measure_columns.header(columns)
    before: Key | None = None
    while some := await _filings(connection, wanted, before=before, limit=AT_ONCE):
        yield measure_columns.lines(some, columns=columns)
        before = _key(some[-1])


def _key(told: FilingMeasuresOut) -> Key:
    return told.accepted_at, told.filing_id


def _begin(day: date, settings: Settings) -> datetime:
    """When a day begins in the zone, UTC."""
    return datetime.combine(day, time(), settings.zone).astimezone(UTC)


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Cache-Control": "no-store",
    }
