"""Tells supervisors of treatments whose time is over: deadlines live in the database."""

import asyncio

import structlog

from services.inspection import commands, treatments
from services.inspection.domain import treating
from services.inspection.domain.case import Case, Change
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
            await sweep(kit)
            await asyncio.sleep(settings.sweep_seconds)

    return run


async def sweep(kit: Kit) -> int:
    """Record what is overdue now on the yard clock, each in a transaction; how many were looked at.

    One that fails is logged and keeps nobody waiting but itself.
    """
    now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
    done, last = 0, None
    while due := await _due(kit, now, after=last):
        for name in due:
            await _record(kit, name, now=now)
        done, last = done + len(due), due[-1]
    return done


async def _due(kit: Kit, now: Moment, *, after: treatments.Name | None) -> list[treatments.Name]:
    async with kit.database.connect() as connection:
        return await treatments.due(connection, now=now.yard, after=after, limit=AT_ONCE)


async def _record(kit: Kit, name: treatments.Name, *, now: Moment) -> None:
    case_id, agency, number = name

    def decide(case: Case) -> Change | None:
        return treating.lapse(case, agency, number, now=now)

    try:
        async with kit.database.transaction() as session:
            await commands.act(session, case_id, decide, who=commands.ITSELF, now=now, ids=kit.ids)
    except Exception:
        log.exception("overdue treatment not recorded", case_id=str(case_id), number=number)
