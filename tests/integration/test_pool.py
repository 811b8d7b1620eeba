"""Connections stay taken out between transactions, and nobody waits for one that lies idle."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from shared.database import DRIVER, Database
from shared.prepared import Statement
from tests import servers as support

BACKEND = Statement(text("SELECT pg_backend_pid() AS pid"))


@pytest.fixture
async def few(database: Database) -> AsyncIterator[Database]:
    """At most four connections, of which one may stay taken out; waiting is soon an error."""
    url = database.engine.url.render_as_string(hide_password=False)
    made = Database(url, schema=database.schema, pool_size=2, pool_seconds=1)
    yield made
    await made.close()


async def _backend(database: Database) -> int:
    async with database.transaction() as session:
        (row,) = await BACKEND.run(session)
    return int(row["pid"])


def _taken_out(database: Database) -> int:
    pool: Any = database.engine.pool
    return int(pool.checkedout())


async def test_the_next_transaction_takes_the_connection_that_was_used(few: Database) -> None:
    first = await _backend(few)
    assert _taken_out(few) == 1
    assert await _backend(few) == first
    async with few.connect() as connection:
        (row,) = await BACKEND.run(connection)
        assert row["pid"] == first


async def test_who_waits_gets_what_is_given_back(few: Database) -> None:
    async with few.connect(), few.connect(), few.connect():
        async with few.connect() as fourth:
            (row,) = await BACKEND.run(fourth)
            waiting = asyncio.create_task(_backend(few))
            await asyncio.sleep(0)
        assert await waiting == row["pid"]


async def test_one_that_was_lost_while_nobody_used_it_is_replaced(
    few: Database, servers: support.TestServers
) -> None:
    async with few.connect() as connection:
        (lost,) = await BACKEND.run(connection)
        driver = connection.info[DRIVER]
    admin = await asyncpg.connect(servers.admin_url.replace("+asyncpg", ""))
    await admin.execute("SELECT pg_terminate_backend($1, 5000)", lost["pid"])
    await admin.close()
    while not driver.is_closed():
        await asyncio.sleep(0.01)
    assert await _backend(few) != lost["pid"]


async def test_one_that_is_lost_while_it_is_used_does_not_stay_out(few: Database) -> None:
    async with few.single() as driver:
        driver.terminate()
    assert _taken_out(few) == 0


async def test_the_engine_is_left_connections_of_its_own(few: Database) -> None:
    await asyncio.gather(*(_backend(few) for _ in range(8)))
    async with few.engine.connect(), few.engine.connect(), few.engine.connect():
        await few.ping()


async def test_a_closed_database_has_no_connection_left(few: Database) -> None:
    await _backend(few)
    await few.close()
    assert _taken_out(few) == 0


async def test_a_quiet_transaction_wakes_nobody(few: Database) -> None:
    woken: list[str] = []
    few.after_commit(lambda: woken.append("woken"))
    async with few.transaction(quiet=True) as session:
        await BACKEND.run(session)
    assert woken == []
    await _backend(few)
    assert woken == ["woken"]
