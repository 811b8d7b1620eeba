"""A task that is cancelled at any point leaves no connection behind on which others are misled.

A connection that went back to the pool within a transaction would take the next one's work as a
part of it: acknowledged, and never committed.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from shared import transactions
from shared.database import Database
from shared.prepared import Statement
from tests.wire import HOST, wired

PING = Statement(text("SELECT 1"))
POINTS = range(60)
"""So many turns of the event loop before the cancellation: more than a transaction has."""


@pytest.fixture
async def one(database: Database) -> AsyncIterator[Database]:
    """It keeps a single connection: whoever comes next gets the one that was interrupted."""
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE kept (point integer, who text)"))
    url = database.engine.url.render_as_string(hide_password=False)
    made = Database(url, schema=database.schema, pool_size=2)
    yield made
    await made.close()


async def _write(database: Database, point: int, who: str) -> None:
    async with database.transaction() as session:
        await session.execute(
            text("INSERT INTO kept VALUES (:point, :who)"), {"point": point, "who": who}
        )


async def _read(database: Database) -> None:
    async with database.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def _interrupted(task: "asyncio.Task[None]", *, after: int) -> None:
    for _ in range(after):
        await asyncio.sleep(0.0002)
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.parametrize("reading", [False, True], ids=["writing", "reading"])
async def test_what_is_acknowledged_after_an_interruption_is_committed(
    one: Database, database: Database, *, reading: bool
) -> None:
    for point in POINTS:
        work = _read(one) if reading else _write(one, point, "interrupted")
        await _interrupted(asyncio.create_task(work), after=point)
        await _write(one, point, "acknowledged")
    async with database.connect() as other:
        kept = await other.scalars(
            text("SELECT point FROM kept WHERE who = 'acknowledged' ORDER BY point")
        )
        assert list(kept) == list(POINTS)


async def test_a_database_that_does_not_answer_holds_nobody_who_has_given_up_on_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "ROLLBACK_SECONDS", 1)
    url = database.engine.url
    assert url.port is not None
    async with wired(url.port) as wire:
        there = url.set(host=HOST, port=wire.port).render_as_string(hide_password=False)
        over = Database(there, schema=database.schema)
        given_up = asyncio.timeout(None)

        async def ask() -> None:
            async with given_up, over.transaction() as session:
                await PING.run(session)
                wire.old_ones_die()
                given_up.reschedule(asyncio.get_running_loop().time() + 0.2)
                await PING.run(session)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10) as too_long:
                await ask()
        assert not too_long.expired()
        async with over.transaction() as session:
            assert await PING.run(session)
        await over.close()
