"""Caps before anything is parsed: bytes of head and body, time to receive it, address."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import errors
from shared.http import problem, refusals

SCOPE_KEY = "onestop.limited"


@dataclass(frozen=True)
class Caps:
    """Bytes, and seconds for the whole body. 2 MiB holds a filing of several thousand lines.

    A path that ends as one of `files` takes a whole file: of filings, or a piece of evidence.
    """

    body_bytes: int = 2 * 1024 * 1024
    file_bytes: int = 32 * 1024 * 1024
    files: tuple[str, ...] = ("/v1/bulk", "/evidence")
    body_seconds: float = 30
    url_bytes: int = 8 * 1024
    head_bytes: int = 32 * 1024

    def most(self, scope: Scope) -> int:
        """Bytes of this request's body."""
        return self.file_bytes if scope["path"].endswith(self.files) else self.body_bytes


class Limits:
    """ASGI middleware: answers 400, 408, 413, 414 or 431 before an application parses anything.

    Of an application mounted in another, the outer one's caps hold.
    """

    def __init__(self, app: ASGIApp, *, caps: Caps | None = None) -> None:
        self.app = app
        self.caps = caps or Caps()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check what is known at once; count the rest while it arrives."""
        if scope["type"] != "http" or SCOPE_KEY in scope:
            await self.app(scope, receive, send)
            return
        scope[SCOPE_KEY] = True
        refused = _head_refused(scope, caps=self.caps) or _length_refused(scope, caps=self.caps)
        if refused is not None:
            await problem.response(refused, scope)(scope, receive, send)
            return
        await self.app(scope, _Body(receive, caps=self.caps, most=self.caps.most(scope)), send)


class _Body:
    """Counts a body's bytes and seconds. Raises `BodyTooLarge`, `BodyTimeout`."""

    def __init__(self, receive: Receive, *, caps: Caps, most: int) -> None:
        self.receive = receive
        self.caps = caps
        self.most = most
        self.received = 0
        self.complete = False
        self.deadline: float | None = None

    async def __call__(self) -> Message:
        if self.complete:
            return await self.receive()
        if self.deadline is None:
            self.deadline = asyncio.get_running_loop().time() + self.caps.body_seconds
        try:
            async with asyncio.timeout_at(self.deadline):
                message = await self.receive()
        except TimeoutError:
            raise refusals.BodyTimeout(seconds=self.caps.body_seconds) from None
        self.received += len(message.get("body", b""))
        if self.received > self.most:
            raise refusals.BodyTooLarge(max_bytes=self.most)
        self.complete = not message.get("more_body", False)
        return message


def _head_refused(scope: Scope, *, caps: Caps) -> errors.Refused | None:
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    if len(raw_path) > caps.url_bytes or len(query) > caps.url_bytes:
        return refusals.UrlTooLong(max_bytes=caps.url_bytes)
    if "\0" in scope["path"] or b"%00" in query:
        return refusals.MalformedUrl()
    if sum(len(name) + len(value) for name, value in scope["headers"]) > caps.head_bytes:
        return refusals.HeadTooLarge(max_bytes=caps.head_bytes)
    return None


def _length_refused(scope: Scope, *, caps: Caps) -> errors.Refused | None:
    length = Headers(scope=scope).get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        return refusals.MalformedHeader(header="Content-Length")
    if int(length) > caps.most(scope):
        return refusals.BodyTooLarge(max_bytes=caps.most(scope))
    return None
