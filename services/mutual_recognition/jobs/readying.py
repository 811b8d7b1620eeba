"""Tables are made ready before their day: the first decision under one does not wait for it."""

import asyncio
from datetime import date, timedelta

from services.mutual_recognition.rulebook import Rulebook
from shared.database import Database
from shared.kit import Kit
from shared.service import Job

LOOK_EVERY = 5.0
"""Wall seconds between looks for what was published by any process."""


def job(kit: Kit, book: Rulebook) -> Job:
    """Keep the tables of today and tomorrow ready, for ever."""

    async def run() -> None:
        while True:
            await ready(kit.database, book, on=book.day(kit.clock.yard()))
            await asyncio.sleep(LOOK_EVERY)

    return run


async def ready(database: Database, book: Rulebook, *, on: date) -> None:
    """Read and index the tables in force on a day and on the next one."""
    async with database.connect() as connection:
        for day in (on, on + timedelta(days=1)):
            await book.in_force(connection, book.names, on=day)
