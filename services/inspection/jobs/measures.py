"""Measures the cases that were here before anything was measured, and those it is wrong of."""

import asyncio
from uuid import UUID

from services.inspection import measures, store
from shared.kit import Kit
from shared.service import Job

AT_ONCE = 100
FIRST = UUID(int=0)
"""Before every case."""
LOOK_EVERY = 3600.0
"""Seconds of wall time; every case that changes is measured with its change."""


def filler(kit: Kit) -> Job:
    """The job."""

    async def run() -> None:
        while True:
            after: UUID | None = FIRST
            while after is not None:
                after = await fill(kit, after=after)
            await asyncio.sleep(LOOK_EVERY)

    return run


async def fill(kit: Kit, *, after: UUID = FIRST) -> UUID | None:
    """Measure some cases behind this one that are due; the last of them, None if there was none."""
    async with kit.database.transaction() as session:
        due = await measures.due(session, after=after, limit=AT_ONCE)
        cases = await store.lock_all(session, due)
        await measures.renew(session, cases.values())
    return due[-1] if due else None
