"""The check of all cases: their chains, signatures and rows, in this process or in several."""

import asyncio
import os
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from sqlalchemy import func, select

from services.inspection import store
from services.inspection.domain import sign_offs
from services.inspection.verifying import apart, reading, sweep
from services.inspection.verifying.apart import Task
from services.inspection.verifying.sweep import Found, Sheet
from shared.database import Database
from shared.messaging.operated import Pass, Verdict

WORTH_APART = 2_000
"""From so many cases on processes of their own are worth their start."""
MOST_PROCESSES = 4


def check_of(database: Database) -> Pass:
    """The check, on a service's database."""

    async def check() -> Verdict:
        many, parts = await _parts(database)
        if many < WORTH_APART:
            snapshot = database.snapshot
            found = [await sweep.over(snapshot, after=reading.FIRST, until=reading.LAST)]
        else:
            tasks = [Task(_address(database), database.schema, *span) for span in pairwise(parts)]
            found = await _apart(tasks)
        return Verdict(_together([*found, {"signatures": await _keys(database)}]))

    return check


async def _apart(tasks: Sequence[Task]) -> list[Found]:
    """Where one process fails, the others end."""
    running = [asyncio.ensure_future(apart.in_a_process(each)) for each in tasks]
    try:
        return await asyncio.gather(*running)
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _parts(database: Database) -> tuple[int, list[UUID]]:
    """How many cases there are, and the bounds of parts that are about as large."""
    ids = store.cases.c.id
    processes = min(MOST_PROCESSES, len(os.sched_getaffinity(0)))
    async with database.connect() as connection:
        counted = await connection.execute(select(func.count()).select_from(store.cases))
        many = int(counted.scalar_one())
        bounds: list[UUID] = []
        for part in range(1, processes):
            after = select(ids).order_by(ids).offset(part * many // processes).limit(1)
            bounds += (await connection.execute(after)).scalars()
    return many, [reading.FIRST, *bounds, reading.LAST]


async def _keys(database: Database) -> list[str]:
    async with database.connect() as connection:
        return list(sign_offs.of_keys(await reading.officers(connection)))


def _address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def _together(parts: list[Found]) -> Found:
    whole = Sheet()
    for part in parts:
        whole.write((about, each) for about, texts in part.items() for each in texts)
    return whole.found()
