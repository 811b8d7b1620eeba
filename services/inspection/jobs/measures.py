"""Measures the cases that were here before anything was measured."""

import asyncio
from uuid import UUID

from services.inspection import measures, store
from services.inspection.domain import measuring, worth
from services.inspection.domain.measuring import Firsts
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
    """Measure some cases behind this one that are not; the last of them, None if there was none."""
    async with kit.database.transaction() as session:
        missing = await measures.missing(session, after=after, limit=AT_ONCE)
        cases = await store.lock_all(session, missing)
        told = {each: Firsts() for each in cases}
        for record in await store.of_kinds(session, list(cases), measuring.KINDS):
            told[record.case_id] = told[record.case_id].then(measuring.firsts([record]))
        figures = worth.published()
        found = [(each, measuring.measure(each, figures), told[each.id]) for each in cases.values()]
        await measures.put(session, found)
    return missing[-1] if missing else None
