"""Works on files of many filings: reads one, then files what it declares, a batch at a time.

A file is held under a lease. What came of a batch commits with its filings in one transaction, so
whoever goes on after a crash goes on where it was; each filing has the key of its file and number.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import accepting, commands
from services.declaration.accepting import Accepted
from services.declaration.bulk.rules import ROWS_APART
from services.declaration.domain.filing import Filing
from services.declaration.jobs import parsing, weighing
from services.declaration.settings import Settings
from services.declaration.uploads import asked, worked
from services.declaration.uploads.worked import LeaseLost
from shared import errors
from shared.auth.principal import Principal, Role
from shared.http import idempotency
from shared.http.idempotency import Answer, Attempt
from shared.kit import Kit
from shared.messaging.context import Cause, caused_by
from shared.prepared import Row
from shared.service import Job

log = structlog.get_logger()

ADDED = 200
BATCH = 100
ENDPOINT = "POST /v1/bulk"


def worker(kit: Kit, settings: Settings) -> Job:
    """Work on what there is, for ever."""
    owner = kit.ids()

    async def run() -> None:
        while True:
            if not await work_once(kit, settings, owner=owner):
                await asyncio.sleep(settings.bulk_sweep_seconds)

    return run


async def work_once(kit: Kit, settings: Settings, *, owner: UUID) -> bool:
    """Work on one file until it ends or is lost; whether there was one."""
    hand = _Hand(kit, settings, owner)
    async with kit.database.transaction() as session:
        job = await worked.claim(session, owner=owner, now=kit.clock.wall(), until=hand.until())
    if job is None:
        return False
    with caused_by(Cause(id=str(job["id"])), bulk_job=str(job["id"])):
        try:
            await hand.work(job)
        except LeaseLost:
            log.info("a bulk file was cancelled, or is another worker's now")
    return True


@dataclass(frozen=True)
class _Hand:
    """A worker with a file."""

    kit: Kit
    settings: Settings
    owner: UUID

    def until(self) -> datetime:
        return self.kit.clock.wall() + timedelta(seconds=self.settings.bulk_lease_seconds)

    def now(self) -> commands.Now:
        yard = self.kit.clock.yard()
        return commands.Now(self.kit.clock.wall(), yard, self.settings.day_of(yard))

    async def work(self, job: RowMapping) -> None:
        if job["state"] == asked.READING:
            await self._read(job)
        while await self._file(job):
            await asyncio.sleep(0)

    async def _hold(self, session: AsyncSession, job: RowMapping) -> None:
        await worked.hold(session, job["id"], owner=self.owner, until=self.until())

    async def _read(self, job: RowMapping) -> None:
        async def still() -> None:
            async with self.kit.database.transaction() as session:
                await self._hold(session, job)

        async with self.kit.database.transaction() as session:
            await self._hold(session, job)
            await worked.begin(session, job["id"])
        told = parsing.parsed(
            job["content"],
            job["media_type"],
            day=self.now().day,
            zone=self.settings.time_zone,
            still=still,
            every=self.settings.bulk_lease_seconds / 3,
        )
        async with aclosing(told):
            await self._keep(job, told)

    async def _keep(self, job: RowMapping, told: AsyncGenerator[parsing.Told, None]) -> None:
        rows: list[dict[str, Any]] = []
        number = 0
        async for each in told:
            ended = "whole" in each or "refused" in each
            if not ended:
                number += 1
                rows.append({**each, "number": number})
            if len(rows) < ADDED and not ended:
                continue
            async with self.kit.database.transaction() as session:
                await self._hold(session, job)
                if rows:
                    await worked.add(session, job["id"], rows)
                await self._end_reading(session, job, each)
            rows = []

    async def _end_reading(
        self, session: AsyncSession, job: RowMapping, told: parsing.Told
    ) -> None:
        if "refused" in told:
            now = self.kit.clock.wall()
            await worked.refuse(session, job["id"], refusal=told["refused"], now=now)
        if "whole" in told:
            apart = {"code": ROWS_APART.code, "pointer": "", "column": "reference", "facts": {}}
            await worked.whole(session, job["id"], rows=told["whole"], apart=apart)

    async def _file(self, job: RowMapping) -> bool:
        """File the next batch; whether there is more to do."""
        async with self.kit.database.connect() as connection:
            rows = await worked.waiting(connection, job["id"], limit=BATCH)
        if not rows:
            return await self._end(job)
        now, who = self.now(), Principal(job["subject"], Role.BROKER, job["broker"])
        async with self.kit.database.single() as driver:
            numbers = iter(await accepting.numbers(driver, len(rows)))
        # In one order, or two batches with the same references would wait for each other.
        rows = sorted(rows, key=lambda row: row["reference"])
        results: list[Accepted | errors.Faults] = []
        for row in rows:
            results += weighing.weighed(
                row, who=who, now=now, number=lambda: next(numbers), ids=self.kit.ids
            )
            await asyncio.sleep(0)
        async with self.kit.database.transaction() as session:
            await self._hold(session, job)
            filed = await commands.store_accepted(session, results)
            await _save_keys(session, job, rows, filed, now=now)
            told = [weighing.outcome(*pair) for pair in zip(rows, filed, strict=True)]
            await worked.outcomes(session, job["id"], told)
        return True

    async def _end(self, job: RowMapping) -> bool:
        async with self.kit.database.transaction() as session:
            await self._hold(session, job)
            await worked.end(session, job["id"], now=self.kit.clock.wall())
        return False


async def _save_keys(
    session: AsyncSession,
    job: RowMapping,
    rows: Sequence[Row],
    filed: Sequence[Filing | errors.Refused],
    *,
    now: commands.Now,
) -> None:
    """Keep the key of each filing with it: that it is filed twice is met as a violation of it."""
    done = [
        (_attempt(job, row, now=now), Answer(201, {"id": str(each.id)}))
        for row, each in zip(rows, filed, strict=True)
        if isinstance(each, Filing)
    ]
    if done:
        await idempotency.save(session, done)


def _attempt(job: RowMapping, row: Row, *, now: commands.Now) -> Attempt:
    return Attempt(
        owner=job["broker"],
        key=f"bulk/{job['id']}/{row['number']}",
        endpoint=ENDPOINT,
        fingerprint=hashlib.sha256(row["document"].encode()).hexdigest(),
        now=now.wall,
    )
