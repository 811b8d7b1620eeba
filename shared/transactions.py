"""Transactions on the driver's own connections, which go back to a pool afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress

import asyncpg

ROLLBACK_SECONDS = 5


@asynccontextmanager
async def whole(
    driver: asyncpg.Connection, *, kept: bool = True, isolation: str | None = None
) -> AsyncIterator[None]:
    """A transaction on a connection that was in none; taken back if the block raises or not `kept`.

    Where its beginning or its end is interrupted or fails, nobody knows whether the connection is
    still within it (asyncpg itself then takes the next transaction for a part of it, which is
    acknowledged and never committed). Such a connection is ended. So is one on which the database
    does not answer: asyncpg would wait for it as long as for a command, once more.
    """
    under_way = driver.transaction(isolation=isolation)
    await _surely(driver, under_way.start())
    try:
        yield
    except BaseException:
        if not driver.is_closed():
            with suppress(Exception):  # what was raised tells more
                async with asyncio.timeout(ROLLBACK_SECONDS):
                    await _surely(driver, under_way.rollback())
        raise
    await _surely(driver, under_way.commit() if kept else under_way.rollback())


async def _surely(driver: asyncpg.Connection, step: Awaitable[None]) -> None:
    try:
        await step
    except BaseException:
        driver.terminate()
        raise
