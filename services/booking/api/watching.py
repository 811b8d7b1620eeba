"""A yard's board as a stream of server-sent events.

Each stream reads by itself from what the database has: one that is not read keeps its place and
nothing else, and delays nobody.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel, Field
from starlette.types import Receive, Scope, Send

from services.booking import watch
from services.booking.api import seeing
from services.booking.api.seeing import TheDesk
from services.booking.api.yards import BoardReader, YardCode
from services.booking.desk import Desk
from services.booking.domain.watch_refusals import EventNotYet
from services.booking.settings import Settings
from services.booking.watch import Changed
from shared.contracts.values import Slot
from shared.http import handlers, refusals

router = APIRouter(tags=["yards"])

RETRY_MILLISECONDS = 2_000
LAST = 2**63 - 1
After = Annotated[
    int | None,
    Header(
        alias="Last-Event-ID",
        ge=0,
        le=LAST,
        description="The last event that was read: the stream goes on after it. From now on if"
        " it is not told.",
    ),
]
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
EVENTS = {
    "description": "Events `booking`, each with the id to go on after; comments are signs of life.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


class TooManyStreams(refusals.TooManyRequests):
    """So many streams are open that there is no room for another."""

    zh = "打开的事件流已达上限。"
    mend = "Close a stream that is not read, or try again in a while."
    mend_zh = "请关闭不再使用的事件流，或稍后重试。"


class ChangeOut(BaseModel):
    """What an event `booking` has as its data: how a booking changed on this yard's board."""

    booking_id: UUID
    filing_id: UUID
    version: int
    change: str = Field(description="held, confirmed, rescheduled, started, …: the event's name.")
    at: datetime = Field(description="Wall time.")
    slot: Slot | None = Field(description="Where it stands now; null: on this board no more.")
    previous: Slot | None = Field(description="Where it stood on this board before.")
    held_until: datetime | None


class Stream(StreamingResponse):
    """An answer that leaves the watch when it ends, however it ends."""

    def __init__(self, desk: Desk, yard: str, *, who: str, after: int | None) -> None:
        told = _told(desk, yard, after=after)
        super().__init__(told, headers=HEADERS, media_type="text/event-stream")
        self._watch, self._limits, self._who = desk.watch, desk.settings, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Raises TooManyStreams, in one step with the entry: no two pass at once."""
        _require_room(self._watch.readers, self._limits, self._who)
        self._watch.enter(self._who)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._watch.leave(self._who)


def _require_room(readers: Counter[str], limits: Settings, who: str) -> None:
    if readers.total() >= limits.streams:
        raise TooManyStreams(at_most=limits.streams)
    if readers[who] >= limits.streams_per_office:
        raise TooManyStreams(at_most_of_one=limits.streams_per_office)


@router.get(
    "/v1/yards/{code}/board/events", response_class=StreamingResponse, responses={200: EVENTS}
)
async def watch_board(
    who: BoardReader, desk: TheDesk, code: YardCode, after: After = None
) -> Stream:
    """How a yard's board changes, as it does. Yard staff see their own.

    To have all of it: open the stream, read the board, then take each event whose `version` is
    newer. It ends after a while; whoever comes back with the last id misses nothing.
    """
    seeing.require_own_yard(who, code)
    async with desk.kit.database.connect() as session:
        yard = (await desk.turn(session)).yard(code)
        if after is not None and after > await watch.highest(session):
            raise EventNotYet(pointer="/header/Last-Event-ID", last_event_id=after)
    return Stream(desk, yard.code, who=f"{who.role} {who.office}", after=after)


async def _told(desk: Desk, yard: str, *, after: int | None) -> AsyncIterator[bytes]:
    """The stream's bytes, until it has lasted long enough or the database is away."""
    ends = asyncio.get_running_loop().time() + desk.settings.stream_seconds
    yield format_sse_event(comment=f"the board of {yard}", retry=RETRY_MILLISECONDS)
    try:
        async for each in _bytes(desk, yard, after=after, ends=ends):
            yield each
    except Exception as error:
        if not isinstance(handlers.of_failure(error), refusals.DatabaseUnavailable):
            raise


async def _bytes(desk: Desk, yard: str, *, after: int | None, ends: float) -> AsyncIterator[bytes]:
    at = after
    while (left := ends - asyncio.get_running_loop().time()) > 0:
        wait = min(left, desk.settings.stream_beat_seconds)
        settled = await desk.watch.beyond(-1 if at is None else at, seconds=wait)
        if at is None:
            at = settled
        while settled is not None and at is not None and at < settled:
            async with desk.kit.database.connect() as session:
                found, at = await watch.changes(session, yard, after=at, up_to=settled)
            for each in found:
                yield _event(each)
        # An id without data is kept by the client, which then need not look through all of it.
        yield format_sse_event(comment="here", id=None if at is None else str(at))


def _event(changed: Changed) -> bytes:
    told = ChangeOut(**{name: each for name, each in vars(changed).items() if name != "number"})
    return format_sse_event(
        event="booking", id=str(changed.number), data_str=told.model_dump_json()
    )
