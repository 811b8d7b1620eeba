"""Work for several callers done at once, so that they share a transaction and its round trips."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """Calls `work` with what is asked for at the same time, at most so many items at once.

    `side_by_side` is how many batches may be under way: while one waits, another one works.

    An item that comes alone is worked on at once; those that come meanwhile are the next batch:
    the busier it is, the more are done together. `work` gives each item's result or the error
    that its caller gets. If it raises, every item of the batch is tried alone.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        *,
        at_most: int,
        side_by_side: int = 1,
    ) -> None:
        self._work = work
        self._at_most = at_most
        self._side_by_side = side_by_side
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._running: set[asyncio.Task[None] | None] = set()

    async def do(self, item: Item) -> Result:
        """The item's result. Raises its error. What was begun is done even if nobody waits."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if len(self._running) < self._side_by_side:
            self._running.add(asyncio.create_task(self._run()))
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                count = min(self._at_most, len(self._waiting))
                await self._batch([self._waiting.popleft() for _ in range(count)])
        finally:
            # At once, not when it is noticed: who comes in between would wait for nobody.
            self._running.discard(asyncio.current_task())

    async def _batch(self, batch: Sequence[tuple[Item, "asyncio.Future[Result]"]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except Exception as error:
            if len(batch) == 1:
                _settle(batch[0][1], error)
                return
            for each in batch:
                await self._batch([each])
            return
        except BaseException:
            for _, future in batch:
                future.cancel()
            raise
        for (_, future), result in zip(batch, results, strict=True):
            _settle(future, result)


def _settle(future: "asyncio.Future[Result]", result: Result | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
