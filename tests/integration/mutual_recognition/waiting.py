"""Transactions that are held until others wait for them."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import Event
from shared.messaging import batch
from tests import kits
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


async def take_in(world: World, session: AsyncSession, *events: Event) -> None:
    """These first events of their aggregates are being taken in this transaction."""
    kit = world.service.kit
    await batch.apply_in(
        session,
        consumer=kit.name,
        envelopes=[kits.enveloped(each, version=1) for each in events],
        handlers=world.service.handlers,
        now=kit.clock.wall(),
    )
