"""Inspections that ended are counted, and rates of findings learnt anew, once a minute."""

import asyncio

from services.mutual_recognition import learning
from services.mutual_recognition.rulebook import Rulebook
from shared.kit import Kit
from shared.service import Job

LEARN_EVERY = 60.0
"""Wall seconds."""


def job(kit: Kit, book: Rulebook) -> Job:
    """Keep the rates up to date, for ever."""

    async def run() -> None:
        while True:
            await look(kit, book)
            await asyncio.sleep(LEARN_EVERY)

    return run


async def look(kit: Kit, book: Rulebook) -> int:
    """Count what has ended, and learn from it; how many inspections were counted.

    Also those from before anything was counted, so nothing has to be filled in by hand.
    """
    counted = 0
    while True:
        async with kit.database.transaction() as session:
            more = await learning.count(session)
        counted += more
        if more < learning.AT_ONCE:
            break
    async with kit.database.connect() as connection:
        await learning.learn(connection, book)
    return counted
