"""Threads for work that takes a core or much memory for a while."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Result = TypeVar("Result")


class Few:
    """Does at most `at_once` pieces of work at a time in this process; others wait their turn.

    A piece that nobody waits for any more counts until it has ended, since it takes what it takes.
    """

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="few")

    async def do(self, work: Callable[[], Result]) -> Result:
        """What the work gives. Raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, copy_context().run, work)
