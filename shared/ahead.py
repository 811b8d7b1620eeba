"""What a database is at work on while its caller makes the next."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Self

from shared import stray


class Ahead:
    """Does one piece of work at a time, as a connection can, and lets its caller go on meanwhile.

        async with Ahead() as write:
            for portion in portions:
                await write.begin(put(portion))

    What the caller makes between and what the database does then take the longer of both times,
    not their sum. All has ended after the block; if the block raises, the last piece is given up.
    """

    def __init__(self) -> None:
        self._under_way: asyncio.Task[None] | None = None

    async def begin(self, work: Coroutine[None, None, None]) -> None:
        """Begin the next piece once the last has ended. Raises what that raised."""
        try:
            await self._ended()
        except BaseException:
            work.close()
            raise
        self._under_way = asyncio.create_task(work)
        await asyncio.sleep(0)  # Its statement goes out before the caller goes on.

    async def _ended(self) -> None:
        if self._under_way is not None:
            await self._under_way

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            await self._ended()
        elif self._under_way is not None:
            await stray.ended([self._under_way])
            if not self._under_way.cancelled():
                self._under_way.exception()  # The block's own error tells more.
