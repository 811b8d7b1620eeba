"""A cancellation by nobody is an error, one that was asked for is a cancellation."""

import asyncio
from contextlib import suppress

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


async def test_what_ran_side_by_side_ends_with_the_first_and_its_error_is_raised() -> None:
    others = 0

    async def lasting() -> None:
        nonlocal others
        try:
            await asyncio.sleep(60)
        finally:
            others += 1

    async def failing() -> None:
        await asyncio.sleep(0)
        raise KeyError("a bug")

    async with asyncio.timeout(10):
        with pytest.raises(ExceptionGroup) as raised:
            await stray.side_by_side(lasting(), failing(), lasting())
    assert others == 2
    assert [repr(each) for each in raised.value.exceptions] == ["KeyError('a bug')"]


async def test_who_loses_its_cancellation_ends_with_the_others_all_the_same() -> None:
    """As `asyncio.wait_for` loses one now and then: a TaskGroup would wait for ever."""
    lost = 0

    async def deaf() -> None:
        nonlocal lost
        while lost < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost += 1

    async def failing() -> None:
        await asyncio.sleep(0)
        raise ConnectionResetError

    async with asyncio.timeout(10):
        with pytest.raises(ExceptionGroup):
            await stray.side_by_side(deaf(), failing())
    assert lost == 2


async def test_who_waits_for_what_runs_side_by_side_can_cancel_it_as_often_as_needed() -> None:
    """A TaskGroup passes on the first cancellation alone."""
    ended = 0

    async def deaf() -> None:
        nonlocal ended
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
        ended += 1

    task = asyncio.create_task(stray.side_by_side(deaf(), deaf()))
    async with asyncio.timeout(10):
        for _ in range(2):
            await asyncio.sleep(0.01)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert ended == 2
