"""Tables that are written while they are sent, a few at a time in a process.

async with AsyncExitStack() as stack:
    await stack.enter_async_context(exports.turn(request.app.state.exports))
    connection = await stack.enter_async_context(kit.database.snapshot())
    return exports.Export(lines(connection), headers=headers, held=stack.pop_all())
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared import errors

AT_ONCE = 3
"""Exports of a process at a time: each holds a connection to the database."""
BOM = "\ufeff"
"""What Excel needs at the beginning of UTF-8."""


class TooManyExports(errors.Unavailable):
    """As many exports are under way as this process makes at a time."""

    zh = "同时进行的导出已达上限。"


class Export(StreamingResponse):
    """A CSV document that is written while it is sent; then what it `held` is given back."""

    media_type = "text/csv; header=present"

    def __init__(
        self, content: AsyncIterator[str], *, headers: Mapping[str, str], held: AsyncExitStack
    ) -> None:
        super().__init__(content, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        async with self._held:
            await super().__call__(scope, receive, send)


def turns() -> asyncio.Semaphore:
    """The turns of a process, for `turn`."""
    return asyncio.Semaphore(AT_ONCE)


@asynccontextmanager
async def turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    """One of the process's turns. Raises TooManyExports."""
    if turns.locked():
        raise TooManyExports
    async with turns:
        yield
