"""The database ends a connection in the middle: whoever used it is told that it is away."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest
from sqlalchemy import text

from shared.database import Database
from shared.http import refusals
from shared.http.handlers import of_failure
from shared.messaging import outcome
from tests import servers as support
from tests import wire

TURNS = range(5)
"""So many turns of the event loop after the farewell arrived: it is read in one of them, the end of
the connection in a later one."""


Work = Callable[[Database, str, int], Coroutine[None, None, None]]


def _end(admin_url: str, pid: int) -> None:
    """End a backend, and return when its farewell is there; no event loop turns meanwhile."""

    async def end() -> None:
        connection = await asyncpg.connect(admin_url.replace("+asyncpg", ""))
        await connection.execute("SELECT pg_terminate_backend($1, 5000)", pid)
        await connection.close()

    with ThreadPoolExecutor() as pool:
        pool.submit(asyncio.run, end()).result()


async def _turn(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def _write(database: Database, admin_url: str, turns: int) -> None:
    async with database.transaction() as session:
        pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        _end(admin_url, pid)
        await _turn(turns)


async def _read(database: Database, admin_url: str, turns: int) -> None:
    async with database.connect() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        _end(admin_url, pid)
        await _turn(turns)
        await connection.execute(text("SELECT 1"))


async def _failure(work: Coroutine[None, None, None]) -> Exception:
    try:
        await work
    except Exception as error:
        return error
    raise AssertionError("the lost connection went unnoticed")


def test_a_connection_of_a_jobs_own_that_was_ended_is_away_too() -> None:
    """The relay holds one, and is started again without a word about a failure."""
    ended = asyncpg.InternalClientError("cannot switch to state 12")
    assert isinstance(of_failure(ended), refusals.DatabaseUnavailable)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("work", [_write, _read])
async def test_who_loses_the_connection_finds_the_database_away(
    database: Database, servers: support.TestServers, work: Work, turns: int
) -> None:
    failed = await _failure(work(database, servers.admin_url, turns))
    assert isinstance(of_failure(failed), refusals.DatabaseUnavailable)
    assert outcome.passes(failed)
    await database.ping()


async def test_a_connection_on_which_nothing_was_heard_is_not_asked_again(
    database: Database, servers: support.TestServers
) -> None:
    address = database.engine.url
    async with wire.wired(address.port or 0) as laid:
        here = address.set(port=laid.port).render_as_string(hide_password=False)
        far = Database(here, schema=database.schema, pool_size=4)
        await far.ping()
        laid.old_ones_die()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(far.ping(), 0.3)
        for _ in range(3):
            await asyncio.wait_for(far.ping(), 30)
        await far.close()
