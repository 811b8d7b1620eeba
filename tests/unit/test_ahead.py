"""One piece of work is under way while the next is made; none is left behind."""

import asyncio

import pytest

from shared.ahead import Ahead


class _ToldError(Exception):
    """What goes wrong in these tests."""


class _Database:
    """Says what was begun and what has ended; a piece takes until it is let go."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.let_go = asyncio.Event()

    async def put(self, name: str, error: Exception | None = None) -> None:
        self.said.append(f"{name} begins")
        await self.let_go.wait()
        await asyncio.sleep(0)
        if error is not None:
            raise error
        self.said.append(f"{name} ends")


async def test_the_next_is_made_while_the_last_is_written_and_written_after_it() -> None:
    database = _Database()
    async with Ahead() as write:
        await write.begin(database.put("first"))
        database.said.append("second is made")
        database.let_go.set()
        await write.begin(database.put("second"))
    whole = ["first begins", "second is made", "first ends", "second begins", "second ends"]
    assert database.said == whole


async def _two(database: _Database, error: Exception) -> None:
    async with Ahead() as write:
        await write.begin(database.put("first", error))
        await write.begin(database.put("second"))


async def test_what_goes_wrong_is_told_before_more_begins() -> None:
    database = _Database()
    database.let_go.set()
    with pytest.raises(_ToldError):
        await _two(database, _ToldError())
    assert database.said == ["first begins"]


async def _one(database: _Database) -> None:
    async with Ahead() as write:
        await write.begin(database.put("first"))
        raise _ToldError


async def test_the_last_is_given_up_where_the_next_cannot_be_made() -> None:
    database = _Database()
    with pytest.raises(_ToldError):
        await _one(database)
    assert database.said == ["first begins"]
    assert asyncio.all_tasks() == {asyncio.current_task()}
