"""Looks for changes of boards while somebody reads along."""

import asyncio

from services.booking.desk import Desk
from shared.service import Job


def looking(desk: Desk) -> Job:
    """Tell readers how far they may read, for ever."""

    async def run() -> None:
        while True:
            await desk.watch.wanted()
            await look_once(desk)
            await asyncio.sleep(desk.settings.watch_seconds)

    return run


async def look_once(desk: Desk) -> None:
    """One look."""
    async with desk.kit.database.connect() as session:
        await desk.watch.look(session)
