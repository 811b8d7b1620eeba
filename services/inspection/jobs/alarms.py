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
    done, last = 0, None
    while due := await _due(kit, now, after=last):
        done += await _record(kit, settings, due, now=now)
        last = due[-1]
    return done


async def _due(kit: Kit, now: Moment, *, after: alarms.Name | None) -> list[alarms.Name]:
    async with kit.database.connect() as connection:
        return await alarms.due(connection, now=now.yard, after=after, limit=AT_ONCE)


async def _record(kit: Kit, settings: Settings, due: list[alarms.Name], *, now: Moment) -> int:
    done = 0
    for name in due:
        try:
            async with kit.database.transaction() as session:
                await acknowledging.lapse(
                    session, name, agencies=settings.agencies, now=now, ids=kit.ids
                )
            done += 1
        except Exception:
            log.exception("overdue alarm not recorded", case_id=str(name[0]), record=name[1])
    return done
