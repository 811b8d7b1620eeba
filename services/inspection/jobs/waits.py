"""Closes containers up whose wait has run out: deadlines live in the database."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.inspection import commands, queries
from services.inspection.domain.records import Moment
from services.inspection.settings import Settings
from shared.kit import Kit

log = structlog.get_logger()

AT_ONCE = 100


def sweeper(kit: Kit, settings: Settings) -> Callable[[], Awaitable[None]]:
    """The job; it looks every `sweep_seconds` of wall time."""

    async def run() -> None:
        while True:
            await sweep(kit)
            await asyncio.sleep(settings.sweep_seconds)

    return run


async def sweep(kit: Kit) -> int:
    """Close up what is due now on the yard clock, each in a transaction; how many were due.

    One that fails is logged and keeps nobody waiting but itself.
    """
    now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
    async with kit.database.connect() as connection:
        due = await queries.due(connection, now=now.yard, limit=AT_ONCE)
    for case_id in due:
        try:
            async with kit.database.transaction() as session:
                await commands.close_up(session, case_id, now=now, ids=kit.ids)
        except Exception:
            log.exception("container not closed up", case_id=str(case_id))
    return len(due)
