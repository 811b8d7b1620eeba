"""A period of the draw begins tomorrow, also if no supervisor committed to one in time."""

import asyncio
from collections.abc import Callable

import structlog

from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import draws as commands
from services.mutual_recognition.rulebook import Rulebook
from shared.kit import Kit
from shared.service import Job

log = structlog.get_logger()

LOOK_EVERY = 5.0
"""Wall seconds between looks; the yards' days may be shorter than ours."""


def job(kit: Kit, book: Rulebook, secret: Callable[[int], bytes]) -> Job:
    """Commit when it is due, for ever; `secret` makes so many random bytes."""

    async def run() -> None:
        while True:
            await look(kit, book, secret)
            await asyncio.sleep(LOOK_EVERY)

    return run


async def look(kit: Kit, book: Rulebook, secret: Callable[[int], bytes]) -> str | None:
    """Commit to a seed for the days from tomorrow on if nobody has; the period's id, or None."""
    async with kit.database.transaction() as session:
        made = await commands.commit_in_time(session, secret=secret, desk=desks.at(kit, book))
    if made is not None:
        log.info("a period of the draw was committed", period=made)
    return made
