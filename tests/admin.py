"""One superuser's connection for all databases that a process of the test run makes and drops.

A test's loop ends with the test, so the connection lives on a loop of its own, in a thread. One for
each clone and each drop took 14 ms of CPU a test, more than half of it the server's.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from shared.embedded import provision


class Admin:
    """The connection, from its first use until `close`; who use it at once take turns."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stack = AsyncExitStack()
        self._turn = asyncio.Lock()
        self._opened: Any = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    async def clone(self, *, template: str, database: str) -> None:
        """Copy a database that nobody is connected to, with the roles that may enter it."""
        await self._do(lambda on: provision.clone_on(on, template=template, database=database))

    async def drop(self, database: str) -> None:
        """Drop a database, ending whoever is connected to it. Harmless if there is none."""
        await self._do(lambda on: provision.drop_on(on, database=database))

    def close(self) -> None:
        """Let it go."""
        asyncio.run_coroutine_threadsafe(self._stack.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _do(self, work: Callable[[Any], Awaitable[None]]) -> None:
        done = asyncio.run_coroutine_threadsafe(self._in_turn(work), self._loop)
        await asyncio.wrap_future(done)

    async def _in_turn(self, work: Callable[[Any], Awaitable[None]]) -> None:
        async with self._turn:
            if self._opened is None:
                self._opened = await self._stack.enter_async_context(
                    provision.connection(self._url)
                )
            await work(self._opened)
