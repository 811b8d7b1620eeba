"""Few pieces of work at a time: bounded, from any event loop, with what the caller has set."""

import asyncio
import threading
import time
from contextvars import ContextVar

import pytest

from shared.few import Few

TOLD: ContextVar[str] = ContextVar("TOLD", default="")


def test_no_more_are_done_at_a_time_than_was_said_whoever_asks() -> None:
    """Three loops, one after another, each with five pieces at once."""
    few, lock, running, most = Few(2), threading.Lock(), [0], [0]

    def work() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.002)
        with lock:
            running[0] -= 1

    async def five() -> None:
        await asyncio.gather(*(few.do(work) for _ in range(5)))

    for _ in range(3):
        asyncio.run(five())
    assert most == [2]


async def test_what_nobody_waits_for_any_more_counts_until_it_has_ended() -> None:
    """Two are given up while they work: a third waits for one of them all the same."""
    few, go, begun = Few(2), threading.Event(), threading.Semaphore(0)

    def held() -> None:
        begun.release()
        go.wait()

    given_up = [asyncio.create_task(few.do(held)) for _ in range(2)]
    for _ in range(2):
        await asyncio.to_thread(begun.acquire)
    for each in given_up:
        each.cancel()
    third = asyncio.create_task(few.do(lambda: "done"))
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(third), 0.02)
    finally:
        go.set()
    assert await third == "done"


async def test_work_sees_what_its_caller_has_set_and_its_error_is_the_callers() -> None:
    """Logs tell of which request a piece of work is."""
    few = Few(1)
    TOLD.set("request 1")
    assert await few.do(TOLD.get) == "request 1"
    with pytest.raises(ZeroDivisionError):
        await few.do(lambda: 1 // 0)
