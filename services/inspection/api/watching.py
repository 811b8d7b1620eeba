"""What is recorded in a yard, as it is: a stream of server-sent events."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import StreamingResponse

from services.inspection import marks, watch
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.api.record_views import RecordOut, record_out
from services.inspection.settings import Settings
from services.inspection.watch import Recorded
from shared.http import streams
from shared.watching import Watch

router = APIRouter(prefix="/v1/yards", tags=["cases"])

EVENT = "record"
YardCode = Annotated[str, Path(max_length=32)]


class RecordedOut(RecordOut):
    """What an event `record` has as its data: a record, as the case's chain has it."""

    filing_id: UUID


async def watch_of(request: Request) -> Watch:
    """Who reads along at the application that answers."""
    found: Watch = request.app.state.watch
    return found


async def settings_of(request: Request) -> Settings:
    """The settings of the application that answers."""
    found: Settings = request.app.state.settings
    return found


TheSettings = Annotated[Settings, Depends(settings_of)]


@router.get("/{code}/events", response_class=StreamingResponse, responses=streams.documented(EVENT))
async def watch_yard(
    who: Inspector,
    kit: TheKit,
    readers: Annotated[Watch, Depends(watch_of)],
    settings: TheSettings,
    code: YardCode,
    after: streams.After = None,
) -> streams.Stream:
    """Every record of the cases in a yard, of both agencies, as it is made.

    Results, findings, conclusions, escalations, who joined late, what was done to containers. It
    ends after a while; whoever comes back with the last id misses nothing.
    """
    async with kit.database.connect() as connection:
        await watch.known(connection, code)

    async def recorded(start: int, end: int) -> bytes:
        async with kit.database.connect() as connection:
            found = await watch.recorded(connection, code, after=start, up_to=end)
        return b"".join(
            streams.event(EVENT, each.number, _out(each))
            for each in found
            if marks.sees_all(who) or each.kept_by in (None, who.agency)
        )

    async def read(start: int, end: int) -> bytes:
        return await readers.once((code, who.agency, start, end), lambda: recorded(start, end))

    source = streams.Source(f"records of {code}", kit.database, readers, settings, read)
    return await streams.opened(source, office=f"{who.role} {who.office}", after=after)


def _out(each: Recorded) -> RecordedOut:
    return RecordedOut(filing_id=each.filing_id, **vars(record_out(each.record)))
