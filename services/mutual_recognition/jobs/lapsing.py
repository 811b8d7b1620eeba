"""Recognitions whose result did not come in time lapse: deadlines live in the database."""

import asyncio
from datetime import datetime, timedelta

import structlog

from services.mutual_recognition import store
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import inspections
from services.mutual_recognition.rulebook import Rulebook
from shared.clock import Clock
from shared.kit import Kit
from shared.service import Job

log = structlog.get_logger()

LOOK_EVERY = 1.0
"""Wall seconds between looks for results that are overdue."""
AT_ONCE = 100
ON_ITS_WAY = timedelta(minutes=1)
"""Wall time that a result which was given in time may be on its way here."""


def job(kit: Kit, book: Rulebook) -> Job:
    """Let lapse what is due, for ever."""

    async def run() -> None:
        while True:
            await sweep(kit, book)
            await asyncio.sleep(LOOK_EVERY)

    return run


def due_by(clock: Clock) -> datetime:
    """Until when a result must have been due to be missing now, on the yard clock."""
    return clock.yard() - ON_ITS_WAY * float(clock.factor)


async def sweep(kit: Kit, book: Rulebook) -> int:
    """Let lapse what was due, each in a transaction; how many were.

    One that fails is logged and keeps nobody waiting but itself.
    """
    now = due_by(kit.clock)
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
