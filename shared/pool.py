"""Connections of which some stay taken out of SQLAlchemy's pool from one transaction to the next.

Taking one out and giving it back costs more than a statement does.
"""

import asyncio
from contextlib import AsyncExitStack

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Pool:
    """An engine's live connections, each with the driver's own underneath.

    At most `most_idle` stay taken out. That must be fewer than the engine opens, or who connects
    by the engine itself would wait for ever.

    The driver knows when a connection was lost, SQLAlchemy does not: such ones leave its pool.
    """

    def __init__(self, engine: AsyncEngine, *, most_idle: int) -> None:
        self._engine = engine
        self._most_idle = most_idle
        self._idle: list[tuple[AsyncConnection, asyncpg.Connection]] = []
        self._waiting = 0

    async def take(self) -> tuple[AsyncConnection, asyncpg.Connection]:
        """A connection that is in no transaction. Raises what the engine does."""
        while self._idle:
            connection, driver = self._idle.pop()
            if not driver.is_closed():
                return connection, driver
            await _leave(connection)
        self._waiting += 1
        try:
            while True:
                async with AsyncExitStack() as stack:
                    connection = await stack.enter_async_context(self._engine.connect())
                    driver = (await connection.get_raw_connection()).driver_connection
                    if driver is not None and not driver.is_closed():
                        stack.pop_all()
                        return connection, driver
                    await connection.invalidate()
        finally:
            self._waiting -= 1

    async def give_back(self, connection: AsyncConnection, driver: asyncpg.Connection) -> None:
        """It stays out, unless it is lost, SQLAlchemy is to end something, or somebody waits."""
        if driver.is_closed():
            await _leave(connection)
        elif connection.in_transaction() or self._waiting or len(self._idle) >= self._most_idle:
            await asyncio.shield(asyncio.create_task(connection.close()))
        else:
            self._idle.append((connection, driver))

    async def close(self) -> None:
        """Give all back to SQLAlchemy's."""
        while self._idle:
            connection, _ = self._idle.pop()
            await connection.close()


async def _leave(connection: AsyncConnection) -> None:
    await connection.invalidate()
    await connection.close()
