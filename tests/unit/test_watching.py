"""Many who read the same rows at once read them once."""

import asyncio

import pytest

from services.inspection import store
from shared.watching import Watch


class Database:
    """Counts reads, and answers when it is told to."""

    def __init__(self) -> None:
        self.reads = 0
        self.answers = asyncio.Event()

    async def read(self) -> str:
        """A read."""
        self.reads += 1
        number = self.reads
        await self.answers.wait()
        if number == 1:
            raise ConnectionError
        return f"read {number}"


async def test_who_asks_while_it_is_read_gets_the_same_and_who_leaves_takes_it_from_nobody() -> (
    None
):
    watch, database = Watch(store.entries.c.number), Database()

    def asking(*names: str) -> list[asyncio.Task[str]]:
        return [asyncio.create_task(watch.once(name, database.read)) for name in names]

    first = asking("a", "a", "a")
    await asyncio.sleep(0)
    first[0].cancel()
    database.answers.set()
    for each in first[1:]:
        with pytest.raises(ConnectionError):
            await each
    again = asking("a", "b", "b")
    assert await asyncio.gather(*again) == ["read 2", "read 3", "read 3"]
    assert database.reads == 3
