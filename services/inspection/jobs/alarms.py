"""Records alarms as overdue that were not acknowledged in time: deadlines live in the database."""

import asyncio

import structlog

from services.inspection import acknowledging, alarms
from services.inspection.domain.records import Moment
from services.inspection.settings import Settings
from shared.kit import Kit
from shared.service import Job

log = structlog.get_logger()

AT_ONCE = 100


def sweeper(kit: Kit, settings: Settings) -> Job:
    """The job; it looks every `sweep_seconds` of wall time."""

    async def run() -> None:
        while True:
            await sweep(kit, settings)
            await asyncio.sleep(settings.sweep_seconds)

    return run


async def sweep(kit: Kit, settings: Settings) -> int:
    """Record what is overdue now on the yard clock, each in a transaction; how many were.

    One that fails is logged and keeps nobody waiting but itself.
    """
    now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
    async with kit.database.connect() as connection:
        due = await alarms.due(connection, now=now.yard, limit=AT_ONCE)
    for name in due:
        try:
            async with kit.database.transaction() as session:
                await acknowledging.lapse(
                    session, name, agencies=settings.agencies, now=now, ids=kit.ids
                )
        except Exception:
            log.exception("overdue alarm not recorded", case_id=str(name[0]), record=name[1])
    return len(due)
