"""Keeps every yard's calendar in memory read, so that nobody who asks has to wait for that.

From the start of the process on, and when a day begins or a yard has changed. Every use looks for
what is newer by itself (see `live`): this only lets it find little.
"""

import asyncio
import gc
from dataclasses import replace

from services.booking.commands import sight
from services.booking.desk import Desk
from shared.service import Job

SECONDS = 5.0
"""Wall seconds between looks."""


class CalendarsUnread(Exception):
    """What is taken of the yards is not read yet: who asks for offers waits for it."""


def following(desk: Desk) -> Job:
    """Follow what is taken of all yards, for ever."""

    async def run() -> None:
        while True:
            began = not desk.calendars_read
            await follow_once(desk)
            if began:
                # Some objects for each row, for good: to look through all of them stops everybody.
                gc.freeze()
            await asyncio.sleep(SECONDS)

    return run


async def follow_once(desk: Desk) -> None:
    """One look at each yard, in turns with whoever asks."""
    async with desk.kit.database.looking() as session:
        turn = await desk.turn(session)
        for _, yard in sorted(turn.yards.items()):
            now = desk.kit.clock.yard()
            await sight.calendar_of(session, yard, first=now, turn=replace(turn, now=now))
    desk.calendars_read = True


async def require_read(desk: Desk) -> None:
    """Raises CalendarsUnread until every yard was read once."""
    if not desk.calendars_read:
        raise CalendarsUnread("what is taken of the yards is being read")
