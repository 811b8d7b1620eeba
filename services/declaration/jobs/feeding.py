"""The job that numbers receipts for the feed and for webhooks, once they are committed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar

from services.declaration import feeding
from services.declaration.webhooks import deliveries
from shared.kit import Kit
from shared.service import Job

POLL_SECONDS = 0.5
GATHER_SECONDS = 0.05
"""While much is committed: what comes within that time is numbered together."""

_OURS: ContextVar[bool] = ContextVar("numbering", default=False)
"""What this job commits itself does not wake it."""


def job(kit: Kit, *, told: Callable[[], None]) -> Job:
    """Number receipts for ever, woken by what this process commits; `told` hears of notices."""
    wake = asyncio.Event()

    def committed() -> None:
        if not _OURS.get():
            wake.set()

    kit.database.after_commit(committed)

    async def run() -> None:
        _OURS.set(True)
        while True:
            wake.clear()
            while numbered := await once(kit):
                told()
                if numbered < feeding.AT_ONCE:
                    break
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await wake.wait()
            await asyncio.sleep(GATHER_SECONDS)

    return run


async def once(kit: Kit) -> int:
    """Number what is committed by now, and make the notices of it; how many there were."""
    async with kit.database.transaction() as session:
        numbered = await feeding.number(session)
        await deliveries.announce(session, numbered, now=kit.clock.wall())
    return len(numbered)
