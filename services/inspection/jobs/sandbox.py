"""Inspects what is no real cargo, so that a broker's developer needs no officers."""

import asyncio
from uuid import UUID

import structlog

from services.inspection import commands, queries
from services.inspection.domain.records import Moment
from services.inspection.settings import Settings
from shared.kit import Kit
from shared.service import Job

log = structlog.get_logger()

AT_ONCE = 100


def officer(kit: Kit, settings: Settings) -> Job:
    """The job; it looks every `sweep_seconds` of wall time."""

    async def run() -> None:
        while True:
            await sweep(kit, settings)
            await asyncio.sleep(settings.sweep_seconds)

    return run


async def sweep(kit: Kit, settings: Settings) -> None:
    """Take all steps that can be taken now; a case that fails is logged and keeps no other."""
    async with kit.database.connect() as connection:
        marked = await queries.of_sandbox(connection, limit=AT_ONCE)
    for case_id in marked:
        try:
            while await _step(kit, settings, case_id):
                pass
        except Exception:
            log.exception("case of the sandbox not inspected", case_id=str(case_id))


async def _step(kit: Kit, settings: Settings, case_id: UUID) -> bool:
    now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
    async with kit.database.transaction() as session:
        return await commands.act_in_sandbox(
            session, case_id, now=now, wait=settings.wait, ids=kit.ids
        )
