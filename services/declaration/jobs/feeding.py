"""The job that numbers receipts for the feed and for webhooks, once they are committed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from services.declaration import feeding
from services.declaration.webhooks import deliveries
from shared.kit import Kit
from shared.service import Job

POLL_SECONDS = 0.5
GATHER_SECONDS = 0.05
"""While much is committed: what comes within that time is numbered together."""


def job(kit: Kit, *, told: Callable[[], None]) -> Job:
    """Number receipts for ever, woken by what this process commits; `told` hears of notices."""
    wake = asyncio.Event()
    kit.database.after_commit(wake.set)

    async def run() -> None:
        while True:
            wake.clear()
            while await once(kit, told=told) == feeding.AT_ONCE:
                pass
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await wake.wait()
            await asyncio.sleep(GATHER_SECONDS)

    return run


async def once(kit: Kit, *, told: Callable[[], None] = lambda: None) -> int:
    """Number what is committed by now, and make the notices of it; how many receipts there were.

    `told` hears of notices.
    """
    async with kit.database.transaction(quiet=True) as session:
        numbered = await feeding.number(session)
        notices = await deliveries.announce(session, numbered, now=kit.clock.wall())
    if notices:
        told()
    return len(numbered)
