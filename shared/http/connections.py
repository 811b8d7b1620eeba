"""Connections that do not wait for ever: what uvicorn leaves open, an HTTP server must bound.

uvicorn has a time-out for idle connections alone. A head that arrives byte by byte, a body that
goes on after its answer, a client that does not read and ever more connections would each hold
memory and a file descriptor for as long as somebody likes.
"""

import asyncio
import resource
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared import errors, ids
from shared.http import limits, problem, refusals, request_id

HEAD_BYTES = 64 * 1024
LINGER_SECONDS = 2
# Requests sent ahead of the answers. What arrives at once may hold thousands, all parsed in a row
# while everybody waits.
SENT_AHEAD = 32
# File descriptors for everything but clients: database, broker, log files, libraries.
OTHER_FILES = 256
# So many of the idle connections end at once when there are too many: one look through all of
# them then makes room for a while.
SHARE_ENDED = 50


@dataclass(frozen=True)
class Edge:
    """What one client may take: seconds of wall time, and connections of all clients together.

    `body_seconds` is for receiving a whole body, and for a client that does not read its answer.
    """

    head_seconds: float = 10
    body_seconds: float = 30
    idle_seconds: int = 20
    connections: int = 4_000

    @property
    def caps(self) -> limits.Caps:
        """The same for an application, which reads the bodies."""
        return limits.Caps(body_seconds=self.body_seconds)


class Config(uvicorn.Config):
    """uvicorn's settings for an application behind an `Edge`."""

    def __init__(self, app: Any, *, edge: Edge, **more: Any) -> None:
        super().__init__(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            server_header=False,
            timeout_keep_alive=edge.idle_seconds,
            **more,
        )
        self.edge = edge


class Connection(HttpToolsProtocol):
    """One client's connection.

    It ends when a request's head is not there in time (408) or too large (431), when it is idle
    too long, when an answer is not read, and, if there are too many, when it is the longest idle.
    """

    config: Config

    # asyncio's base class says `BaseTransport`; uvicorn narrows it, for it hands in nothing else.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # see above
        """Take the client in; the time for its first request begins."""
        super().connection_made(transport)
        self.edge = self.config.edge
        self.since = self.loop.time()
        self.head_bytes = 0
        self.in_body = False
        self.refused = False
        self.head_ends: asyncio.TimerHandle | None = None
        self.reading_ends: asyncio.TimerHandle | None = None
        self._await_head()
        if len(self.connections) > self.edge.connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Parse; a head that begins here, or a body after its answer, may not last."""
        if self.refused:
            return
        of_a_body = self.in_body
        super().data_received(data)
        if self.busy:
            self._forget_head()
            return
        self._await_head()
        if not of_a_body:
            self.head_bytes += len(data)
        if self.head_bytes > HEAD_BYTES:
            self._refuse(refusals.HeadTooLarge(max_bytes=HEAD_BYTES))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        super().connection_lost(exc)
        self._forget_head()
        self.resume_writing()

    def on_headers_complete(self) -> None:
        """The head is there. Raises ValueError, which the parser takes for a malformed one."""
        if len(self.pipeline) >= SENT_AHEAD:
            raise ValueError("too many requests are sent ahead")
        self.in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is there."""
        self.in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """From now on it is idle."""
        super().on_response_complete()
        self.since = self.loop.time()

    def timeout_keep_alive_handler(self) -> None:
        """It was idle for too long."""
        self._end()

    def pause_writing(self) -> None:
        """The client does not read: so much is kept for it for so long."""
        super().pause_writing()
        self.reading_ends = self.loop.call_later(self.edge.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self.reading_ends is not None:
            self.reading_ends.cancel()
            self.reading_ends = None

    def send_400_response(self, msg: str) -> None:
        """What the parser does not take is answered with a problem, unless others' answers wait."""
        if self.busy:
            self.transport.abort()
            return
        self._refuse(refusals.MalformedRequest())

    @property
    def busy(self) -> bool:
        """Whether a request is under way: its head is read and its answer not yet complete."""
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        if self.head_ends is None and not (self.refused or self.transport.is_closing()):
            self.head_ends = self.loop.call_later(self.edge.head_seconds, self._head_is_late)

    def _forget_head(self) -> None:
        self.head_bytes = 0
        if self.head_ends is not None:
            self.head_ends.cancel()
            self.head_ends = None

    def _head_is_late(self) -> None:
        if self.head_bytes:
            self._refuse(refusals.HeadTimeout(seconds=self.edge.head_seconds))
        else:
            self._end()

    def _refuse(self, refused: errors.Refused) -> None:
        """Answer without an application, and end.

        What still comes is thrown away for a moment: closed at once, with bytes unread, the
        connection would be reset before the client has read why.
        """
        if self.refused or self.transport.is_closing():
            return
        self.refused = True
        scope = {"path": "/", request_id.SCOPE_KEY: ids.uuid7().hex}
        answer = problem.response(refused, scope, headers={"Connection": "close"})
        status = HTTPStatus(answer.status_code)
        lines = [f"HTTP/1.1 {status} {status.phrase}".encode()]
        lines += [name + b": " + value for name, value in answer.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _end(self) -> None:
        """Close; whoever does not read what is left for it is cut off."""
        self.transport.close()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self.edge.body_seconds, self.transport.abort)

    def _make_room(self) -> None:
        others = [each for each in self.connections if isinstance(each, Connection)]
        idle = [each for each in others if not each.busy and each is not self]
        if not idle:
            self._refuse(refusals.TooManyConnections(connections=self.edge.connections))
            return
        idle.sort(key=lambda each: each.since)
        for each in idle[: 1 + self.edge.connections // SHARE_ENDED]:
            each.transport.abort()
            # `connection_lost` comes a turn of the loop later, after more have been taken in.
            self.connections.discard(each)


def raise_file_limit() -> int:
    """Raise the limit of open files as far as we may; how many connections fit below it.

    The soft limit is 1,024 on many systems, which two thousand idle clients would use up.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return max(OTHER_FILES, most - OTHER_FILES)
