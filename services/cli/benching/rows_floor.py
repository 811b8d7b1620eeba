"""The floor of `onestop bench backtest`, in a process of its own: the same rows, undecided.

Its arguments are the database's address, which part it reads, and the cause of the decisions.
"""

import asyncio
import json
import sys

import asyncpg

from services.mutual_recognition.jobs import backtesting, replaying


async def read(address: str, part: int, cause: str) -> None:
    """Read a part of the stored filings, and decode their JSON."""
    path = {"search_path": "mutual_recognition"}
    connection = await asyncpg.connect(address, server_settings=path)
    given = (cause, backtesting.PROCESSES, part)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor(replaying.STREAM, *given, prefetch=replaying.AT_ONCE):
            for name in ("inputs", "draws", "orders", "said"):
                json.loads(row[name] or "[]")
    await connection.close()


if __name__ == "__main__":
    asyncio.run(read(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
