"""Work done together: batches grow while one is under way, and nobody pays for another's error."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.together import Together


class Worker:
    """Doubles numbers; refuses 13, and breaks down where a 99 is among others."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(items))
        await self.gate.wait()
        if 99 in items:
            raise RuntimeError("breaks down")
        return [ValueError("unlucky") if each == 13 else 2 * each for each in items]


@pytest.fixture
async def worker() -> Worker:
    return Worker()


async def _started(together: Together[int, int], *items: int) -> list["asyncio.Task[int]"]:
    tasks = [asyncio.create_task(together.do(each)) for each in items]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_during_a_batch_is_the_next_one(worker: Worker) -> None:
    together = Together(worker, at_most=3)
    first = await _started(together, 1)
    later = await _started(together, 2, 3, 4, 5)
    worker.gate.set()
    assert await asyncio.gather(*first, *later) == [2, 4, 6, 8, 10]
    assert worker.batches == [[1], [2, 3, 4], [5]]


async def test_so_many_batches_are_under_way_side_by_side(worker: Worker) -> None:
    together = Together(worker, at_most=3, side_by_side=2)
    tasks = [task for item in (1, 2, 3, 4) for task in await _started(together, item)]
    assert worker.batches == [[1], [2]]
    worker.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
    assert worker.batches == [[1], [2], [3, 4]]


async def test_who_comes_the_moment_that_the_last_batch_is_done_is_worked_for(
    worker: Worker,
) -> None:
    worker.gate.set()
    together = Together(worker, at_most=3)

    async def again(item: int) -> int:
        return await together.do(await together.do(item))

    async with asyncio.timeout(5):
        assert await asyncio.gather(*(again(each) for each in range(4))) == [0, 4, 8, 12]


async def test_each_caller_gets_its_own_error(worker: Worker) -> None:
    worker.gate.set()
    together = Together(worker, at_most=8)
    good, bad = await _started(together, 1, 13)
    assert await good == 2
    with pytest.raises(ValueError, match="unlucky"):
        await bad


async def test_a_batch_that_breaks_down_is_tried_one_by_one(worker: Worker) -> None:
    worker.gate.set()
    together = Together(worker, at_most=8)
    good, broken, other = await _started(together, 1, 99, 2)
    assert (await good, await other) == (2, 4)
    with pytest.raises(RuntimeError, match="breaks down"):
        await broken
    assert worker.batches == [[1, 99, 2], [1], [99], [2]]


async def test_a_caller_that_leaves_stops_nobody(worker: Worker) -> None:
    together = Together(worker, at_most=8)
    first, second = await _started(together, 1, 2)
    first.cancel()
    worker.gate.set()
    assert await second == 4
    assert await together.do(3) == 6
