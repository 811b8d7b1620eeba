"""Streams of server-sent events, read along from what the database has.

Each stream waits for its own client alone: one that is not read keeps its place and what its
socket holds, and delays nobody. So many are open at once, and each ends after a while.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings
from starlette.types import Receive, Scope, Send

from shared import errors
from shared.database import Database
from shared.http import handlers, refusals
from shared.watching import Watch

AT_ONCE = 1_000
"""Numbers that one read goes through."""
RETRY_MILLISECONDS = 2_000
LAST = 2**63 - 1
COMPANIES = "broker "
"""How the readers begin who are companies: there are many, and half of the room is for officers."""
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


def documented(event: str) -> dict[int | str, dict[str, Any]]:
    """The answer of an operation whose stream has events of this name; the schema is of each."""
    text = {"type": "string"}
    each = {
        "type": "object",
        "properties": {"id": text, "event": {**text, "const": event}, "data": text},
    }
    told = f"Events `{event}`, each with the id to go on after; comments are signs of life."
    return {
        200: {
            "description": told,
            "content": {"text/event-stream": {"schema": each}},
        }
    }


class TooManyStreams(refusals.TooManyRequests):
    """So many streams are open that there is no room for another."""

    zh = "打开的事件流已达上限。"
    mend = "Close a stream that is not read, or try again in a while."
    mend_zh = "请关闭不再使用的事件流，或稍后重试。"


class EventNotYet(errors.Invalid):
    """There is no event of that number yet."""

    zh = "尚无该编号的事件。"
    mend = "Send the last id that the stream gave you, or none to begin now."
    mend_zh = "请提交事件流最近一次给出的编号；如需从现在开始，请勿提交。"


class Bounds(BaseSettings):
    """What can be set of a service's streams."""

    streams: int = Field(
        default=200,
        ge=1,
        le=10_000,
        description="Streams that a process has open, at most half of them of companies.",
    )
    streams_per_office: int = Field(
        default=20,
        ge=1,
        le=10_000,
        description="Streams that the people of one yard, agency or company have open at a"
        " process.",
    )
    stream_beat_seconds: float = Field(
        default=15.0,
        gt=0,
        le=300,
        description="Wall seconds after which a stream without an event sends a sign of life.",
    )
    stream_seconds: float = Field(
        default=900.0,
        gt=0,
        le=86_400,
        description="Wall seconds after which a stream ends: its reader comes back with a token"
        " that is looked at again, and goes on where it was.",
    )


Read = Callable[[int, int], Awaitable[bytes]]
"""The events after a number, up to another, in their order, as `event` makes them."""


def event(name: str, number: int, data: BaseModel) -> bytes:
    """An event as it is sent; `number` is its id."""
    return format_sse_event(event=name, id=str(number), data_str=data.model_dump_json())


@dataclass(frozen=True)
class Source:
    """What a stream is read from; `name` says in its first line what it is about."""

    name: str
    database: Database
    watch: Watch
    bounds: Bounds
    read: Read


class Stream(StreamingResponse):
    """An answer that leaves the watch when it ends, however it ends."""

    def __init__(self, source: Source, *, who: str, after: int | None) -> None:
        told = _told(source, after=after)
        super().__init__(told, headers=HEADERS, media_type="text/event-stream")
        self._watch, self._bounds, self._who = source.watch, source.bounds, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Raises TooManyStreams, in one step with the entry: no two pass at once."""
        _require_room(self._watch.readers, self._bounds, self._who)
        self._watch.enter(self._who)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._watch.leave(self._who)


def _require_room(readers: Counter[str], bounds: Bounds, office: str) -> None:
    if readers.total() >= bounds.streams:
        raise TooManyStreams(at_most=bounds.streams)
    if readers[office] >= bounds.streams_per_office:
        raise TooManyStreams(at_most_of_one=bounds.streams_per_office)
    if office.startswith(COMPANIES):
        open_ = sum(many for name, many in readers.items() if name.startswith(COMPANIES))
        if open_ >= max(1, bounds.streams // 2):
            raise TooManyStreams(at_most_of_companies=bounds.streams // 2)


async def opened(source: Source, *, office: str, after: int | None) -> Stream:
    """A stream for one of an office's people. Raises EventNotYet."""
    if after is not None:
        async with source.database.connect() as connection:
            highest = await source.watch.highest(connection)
        if after > highest:
            raise EventNotYet(pointer="/header/Last-Event-ID", last_event_id=after)
    return Stream(source, who=office, after=after)


async def _told(source: Source, *, after: int | None) -> AsyncIterator[bytes]:
    """The stream's bytes, until it has lasted long enough or the database is away."""
    ends = asyncio.get_running_loop().time() + source.bounds.stream_seconds
    yield format_sse_event(comment=source.name, retry=RETRY_MILLISECONDS)
    try:
        async for each in _bytes(source, after=after, ends=ends):
            yield each
    except Exception as error:
        if not isinstance(handlers.of_failure(error), refusals.DatabaseUnavailable):
            raise


async def _bytes(source: Source, *, after: int | None, ends: float) -> AsyncIterator[bytes]:
    at = after
    while (left := ends - asyncio.get_running_loop().time()) > 0:
        wait = min(left, source.bounds.stream_beat_seconds)
        settled = await source.watch.beyond(-1 if at is None else at, seconds=wait)
        if at is None:
            at = settled
        while settled is not None and at is not None and at < settled:
            up_to = min(settled, at + AT_ONCE)
            if told := await source.read(at, up_to):
                yield told
            at = up_to
        # An id without data is kept by the client, which then need not look through all of it.
        yield format_sse_event(comment="here", id=None if at is None else str(at))
