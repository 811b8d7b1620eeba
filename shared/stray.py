"""Cancellations that nobody asked for, and those that get lost.

Client libraries cancel the futures that their callers wait for when a connection goes. Such a
`CancelledError` looks like the end of the task that meets it: it would stop for good, in silence.

And before Python 3.12 `asyncio.wait_for`, which the broker's client uses as well, swallows a
cancellation that meets its result: the task that was cancelled goes on.
"""

import asyncio
from collections.abc import Awaitable, Collection, Coroutine
from typing import TypeVar

Result = TypeVar("Result")

CANCEL_AGAIN_SECONDS = 1.0


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


async def ended(tasks: Collection["asyncio.Task[None]"]) -> None:
    """Cancel until all have ended, even if whoever asks is cancelled meanwhile."""
    left, cancelled = set(tasks), None
    while left:
        for task in left:
            task.cancel()
        try:
            await asyncio.wait(left, timeout=CANCEL_AGAIN_SECONDS)
        except asyncio.CancelledError as error:
            cancelled = error
        left = {task for task in left if not task.done()}
    if cancelled is not None:
        raise cancelled


async def side_by_side(*works: Coroutine[None, None, None]) -> None:
    """Run the works until one of them ends, then end the others. Raises what went wrong.

    In a TaskGroup, whose tasks are cancelled once, one that lost its cancellation would go on by
    itself, and the group wait for it for ever.
    """
    tasks = [asyncio.create_task(caught(work)) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(tasks)
    errors = [task.exception() for task in tasks if not task.cancelled()]
    if unhandled := [error for error in errors if error is not None]:
        raise BaseExceptionGroup("unhandled errors side by side", unhandled)
