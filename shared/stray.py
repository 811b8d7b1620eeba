"""Cancellations that nobody asked for.

Client libraries cancel the futures that their callers wait for when a connection goes. Such a
`CancelledError` looks like the end of the task that meets it: it would stop for good, in silence.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Result = TypeVar("Result")


class StrayCancellation(Exception):
    """What was waited for was cancelled, and the task that waited was not."""


async def caught(work: Awaitable[Result]) -> Result:
    """The result of the work. Raises StrayCancellation in place of a cancellation by nobody."""
    try:
        return await work
    except asyncio.CancelledError as cancelled:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise StrayCancellation from cancelled
