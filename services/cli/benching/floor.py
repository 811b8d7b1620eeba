"""The floor: the same bytes in durable transactions, with nothing of ours in the way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from services.cli.benching import load

DATABASE = "bench_floor"
TABLES = """
CREATE TABLE state (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), content jsonb NOT NULL);
CREATE TABLE event (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, envelope jsonb NOT NULL);
"""
STATE = "INSERT INTO state (content) VALUES ($1)"
EVENT = "INSERT INTO event (envelope) VALUES ($1)"


@dataclass(frozen=True)
class Floor:
    """A pool of bare connections to a database of the floor's own."""

    pool: asyncpg.Pool

    async def measure(self, state: str, event: str, *, clients: int, seconds: float) -> Any:
        """A state row and an outbox row in one transaction, again and again."""

        async def work(_client: int) -> None:
            async with self.pool.acquire() as connection, connection.transaction():
                await connection.execute(STATE, state)
                await connection.execute(EVENT, event)

        return await load.closed(work, clients=clients, seconds=seconds)


@asynccontextmanager
async def on(server: str, *, connections: int) -> AsyncIterator[Floor]:
    """A floor on the very server that is measured, with its settings.

    `server` is the superuser's address, without a database.
    """
    admin = await asyncpg.connect(f"{server}/postgres")
    await admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
    await admin.execute(f"CREATE DATABASE {DATABASE}")
    await admin.close()
    url = f"{server}/{DATABASE}"
    async with asyncpg.create_pool(url, min_size=connections, max_size=connections) as pool:
        await pool.execute(TABLES)
        yield Floor(pool)
