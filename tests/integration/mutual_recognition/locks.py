"""Work that has to wait for another transaction's lock."""

import asyncio
from typing import Any

from sqlalchemy import text

from tests.integration.mutual_recognition.world import World

BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


async def until_blocked(world: World, *tasks: asyncio.Task[Any]) -> None:
    """Until every task has ended or waits for a lock."""
    while waited_for := [each for each in tasks if not each.done()]:
        async with world.service.kit.database.connect() as connection:
            if (await connection.execute(text(BLOCKED))).scalar_one() >= len(waited_for):
                return
        await asyncio.sleep(0.01)
