"""A task that is cancelled at any point leaves no connection behind on which others are misled.

A connection that went back to the pool within a transaction would take the next one's work as a
part of it: acknowledged, and never committed.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from shared.database import Database

POINTS = range(60)
"""So many turns of the event loop before the cancellation: more than a transaction has."""


@pytest.fixture
async def one(database: Database) -> AsyncIterator[Database]:
    """With a single connection: whoever comes next gets the one that was interrupted."""
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE kept (point integer, who text)"))
    url = database.engine.url.render_as_string(hide_password=False)
    made = Database(url, schema=database.schema, pool_size=1)
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
