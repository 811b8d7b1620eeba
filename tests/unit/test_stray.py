"""A cancellation by nobody is an error, one that was asked for is a cancellation."""

import asyncio

import pytest

from shared import stray


async def _waits(future: "asyncio.Future[None]") -> None:
    await future


async def test_what_was_waited_for_is_cancelled_and_the_waiting_task_goes_on() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(stray.caught(_waits(future)))
    await asyncio.sleep(0)
    future.cancel()
    with pytest.raises(stray.StrayCancellation):
        await task


async def test_who_is_cancelled_is_cancelled() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(stray.caught(_waits(future)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
