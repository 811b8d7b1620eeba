"""PostgreSQL: one engine a service, bound to the service's own role and schema.

Tables carry no schema name; the connection's `search_path` gives it. So the tables that every
service has (outbox, inbox, dead letters, idempotency keys) are declared once, and a service
cannot name another's by accident; its role could not read them anyway.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ExceptionContext, Table, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from shared import crash, migrating, transactions
from shared.driver import Driver
from shared.pool import Pool

COMMAND_SECONDS = 60
DRIVER = "driver"
"""Where the `info` of a session or connection has the driver's connection."""


def _json_default(value: object) -> str:
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


_ENCODER = json.JSONEncoder(default=_json_default, ensure_ascii=False, allow_nan=False)


def dumps(value: Any) -> str:
    """JSON for a JSONB column: exact decimals as strings, no NaN."""
    return _ENCODER.encode(value)


def table_of(row: type[SQLModel]) -> Table:
    """The Core table of a row class: hot writes are single statements on it."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


class Database:
    """A pool of connections to one service's schema.

    `url` is `postgresql+asyncpg://role:password@host:port/database`. Connections are opened when
    first used, so a database that is away at start is an error of the call that needed it. At
    most twice `pool_size` are open; who waits longer than `pool_seconds` for one gets an error.
    """

    def __init__(
        self, url: str, *, schema: str, pool_size: int = 10, pool_seconds: float = 10
    ) -> None:
        self.schema = schema
        connect_args = {
            "connection_class": Driver,
            "timeout": 5,
            "server_settings": {
                "search_path": schema,
                "application_name": f"onestop {schema}",
                "timezone": "UTC",
                "idle_in_transaction_session_timeout": "60s",
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
            },
        }
        self.engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=pool_seconds,
            json_serializer=dumps,
            hide_parameters=True,
            # Transactions are begun and ended here, on the driver, so that prepared statements
            # (`shared.prepared`) and SQLAlchemy's take part in the same one.
            isolation_level="AUTOCOMMIT",
            connect_args={**connect_args, "command_timeout": COMMAND_SECONDS},
        )
        self._unhurried = create_async_engine(
            url, poolclass=NullPool, hide_parameters=True, connect_args=connect_args
        )
        event.listen(self.engine.sync_engine, "handle_error", _hide_values)
        self._after_commit: list[Callable[[], None]] = []
        self._pool = Pool(self.engine, most_idle=pool_size // 2)

    def after_commit(self, wake: Callable[[], None]) -> None:
        """Call `wake` after committed transactions, but for `quiet` ones (the relay listens)."""
        self._after_commit.append(wake)

    @asynccontextmanager
    async def transaction(self, *, quiet: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end of the block, rolled back if it raises.

        `quiet`: it writes no event, and nothing else that somebody waits for.
        """
        async with self._connection() as (connection, driver), transactions.whole(driver):
            session = AsyncSession(connection, expire_on_commit=False, autoflush=False)
            session.info[DRIVER] = driver
            try:
                yield session
            finally:
                # Closing costs a switch of stacks: only for a session that was really used.
                if session.in_transaction():
                    await session.close()
        self._committed(quiet=quiet)

    @asynccontextmanager
    async def single(self) -> AsyncIterator[asyncpg.Connection]:
        """For one prepared statement that is a whole transaction: committed once it returns."""
        async with self._connection() as (_, driver):
            yield driver
        self._committed()

    def _committed(self, *, quiet: bool = False) -> None:
        crash.at("database.committed")
        for wake in () if quiet else self._after_commit:
            wake()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; what it writes is rolled back."""
        async with (
            self._connection() as (connection, driver),
            transactions.whole(driver, kept=False),
        ):
            yield connection

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """A connection in no transaction, for reads alone, each of what is committed then."""
        async with self._connection() as (connection, _):
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection for several reads of one moment of the database."""
        async with (
            self._connection() as (connection, driver),
            transactions.whole(driver, kept=False, isolation="repeatable_read"),
        ):
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[AsyncConnection, asyncpg.Connection]]:
        """A live connection, and the driver's own underneath."""
        connection, driver = await self._pool.take()
        connection.info[DRIVER] = driver
        try:
            yield connection, driver
        except (asyncio.CancelledError, TimeoutError):
            # It may still wait for an answer, and whoever has it next would wait for that too.
            driver.terminate()
            raise
        except Exception as error:
            if not _was_ended(error):
                raise
            driver.terminate()
            raise ConnectionResetError("the database ended the connection") from error
        finally:
            await self._pool.give_back(connection, driver)

    async def ping(self) -> None:
        """Raise if the database does not answer."""
        async with self._connection() as (_, driver):
            await driver.fetch("SELECT 1")

    async def migrate(self, scripts: Path) -> None:
        """Bring the schema to the newest revision in `scripts`.

        Replicas that start together take turns under an advisory lock. A revision that writes a
        large table anew takes as long as it takes.
        """
        async with self._unhurried.begin() as connection:
            await connection.run_sync(migrating.upgrade, scripts, self.schema)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()
        await self.engine.dispose()


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """A part of a transaction that is taken back alone if it raises.

    SQLAlchemy's own `begin_nested` does not see what prepared statements do.
    """
    async with session.info[DRIVER].transaction():
        yield


@asynccontextmanager
async def taken_back(session: AsyncSession) -> AsyncIterator[None]:
    """A part of a transaction that never was, however it ends."""
    trial = session.info[DRIVER].transaction()
    await trial.start()
    try:
        yield
    finally:
        await trial.rollback()


async def driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    """The driver's connection underneath one of the pool's. Raises InterfaceError if it is gone."""
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise asyncpg.InterfaceError("the connection was lost")
    return driver


def hide_values(cause: BaseException | None, *shown: BaseException | None) -> None:
    """Take rows and values out of the driver's error: its text goes to logs and dead letters.

    PostgreSQL's detail quotes the row; the message of a data error (class 22, or one that asyncpg
    finds itself) quotes the value. `shown` are the errors that repeat its text.
    """
    if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError):
        cause.detail = None
    code = getattr(cause, "sqlstate", None) or ""
    if not isinstance(cause, asyncpg.DataError | ValueError) and not code.startswith("22"):
        return
    for error in (*shown, cause):
        if error is not None:
            error.args = (f"{type(cause).__name__}: a value is not accepted",)


def _hide_values(context: ExceptionContext) -> None:
    told = context.original_exception
    hide_values(told.__cause__, context.sqlalchemy_exception, told)


def _was_ended(error: BaseException | None) -> bool:
    """Whether the database said farewell on this connection, and it is not yet closed.

    asyncpg then refuses every command as an error of its own, wrapped or not.
    """
    while error is not None:
        if isinstance(error, asyncpg.InternalClientError):
            return True
        error = error.__cause__
    return False
