"""A checkpoint of the tree over all cases, after each day on which something was recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from services.inspection import ledger
from services.inspection.domain.checkpoints import NothingToCheckpoint
from services.inspection.settings import Settings
from shared.kit import Kit

LOOK_EVERY = 5.0
"""Seconds of wall time between looks whether a day is over."""


def keeper(kit: Kit, settings: Settings) -> Callable[[], Awaitable[None]]:
    """The job; days are those of the yards' zone."""

    async def run() -> None:
        done: date | None = None
        while True:
            done = await keep(kit, settings, done=done)
            await asyncio.sleep(LOOK_EVERY)

    return run


async def keep(kit: Kit, settings: Settings, *, done: date | None) -> date:
    """Make the checkpoint of yesterday if it is not `done`; the day that is done then."""
    yesterday = kit.clock.yard().astimezone(settings.zone).date() - timedelta(days=1)
    if done is not None and done >= yesterday:
        return done
    try:
        async with kit.database.transaction() as session:
            last = await ledger.newest(session)
            if last is None or last.day < yesterday:
                await ledger.cut(session, day=yesterday, now=kit.clock.wall())
    except NothingToCheckpoint:
        pass
    return yesterday
