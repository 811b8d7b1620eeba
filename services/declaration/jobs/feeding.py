"""The job that numbers receipts for the feed, soon after they are committed."""

import asyncio
from contextlib import suppress
from contextvars import ContextVar

from services.declaration import feeding
from shared.kit import Kit
from shared.service import Job

POLL_SECONDS = 0.5
GATHER_SECONDS = 0.05
"""While much is committed: what comes within that time is numbered together."""

_OURS: ContextVar[bool] = ContextVar("numbering", default=False)
"""What this job commits itself does not wake it."""


def job(kit: Kit) -> Job:
    """Number receipts for ever, woken by what this process commits."""
    wake = asyncio.Event()

    def committed() -> None:
        if not _OURS.get():
            wake.set()

    kit.database.after_commit(committed)

    async def run() -> None:
        _OURS.set(True)
        while True:
            wake.clear()
            while await once(kit) == feeding.AT_ONCE:
                pass
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await wake.wait()
            await asyncio.sleep(GATHER_SECONDS)

    return run


async def once(kit: Kit) -> int:
    """Number what is committed by now; how many there were."""
    async with kit.database.transaction() as session:
        return len(await feeding.number(session))
