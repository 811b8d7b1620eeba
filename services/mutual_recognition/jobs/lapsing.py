"""Recognitions whose result did not come in time lapse: deadlines live in the database."""

import asyncio

import structlog

from services.mutual_recognition import store
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import inspections
from services.mutual_recognition.rulebook import Rulebook
from shared.kit import Kit
from shared.service import Job

log = structlog.get_logger()

LOOK_EVERY = 1.0
"""Wall seconds between looks for results that are overdue."""
AT_ONCE = 100


def job(kit: Kit, book: Rulebook) -> Job:
    """Let lapse what is due, for ever."""

    async def run() -> None:
        while True:
            await sweep(kit, book)
            await asyncio.sleep(LOOK_EVERY)

    return run


async def sweep(kit: Kit, book: Rulebook) -> int:
    """Let lapse what is due now, each in a transaction; how many were due.

    One that fails is logged and keeps nobody waiting but itself.
    """
    now = kit.clock.yard()
    async with kit.database.connect() as connection:
        due = await store.overdue(connection, now=now, limit=AT_ONCE)
    for requirement_id in due:
        try:
            async with kit.database.transaction() as session:
                desk = desks.at(kit, book)
                await inspections.lapse(session, requirement_id, yard_now=now, desk=desk)
        except Exception:
            log.exception("recognition not lapsed", requirement=str(requirement_id))
    return len(due)
