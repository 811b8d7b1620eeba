"""Works on files of many filings: reads one, then files what it declares, a batch at a time.

A file is held under a lease. What came of a batch commits with its filings in one transaction, so
whoever goes on after a crash goes on where it was; each filing has the key of its file and number.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import accepting, commands
from services.declaration.accepting import Accepted
from services.declaration.bulk.rules import BROKEN_OFF, ROWS_APART
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
ATTEMPTS = 5
"""How often work on a file is begun with nothing done of it, before it fails."""
TIDY = timedelta(hours=1)
ENDPOINT = "POST /v1/bulk"

Weighed = tuple[Row, Accepted | errors.Faults]
"""The rows of a filing, and what the checks say of it."""


def worker(kit: Kit, settings: Settings) -> Job:
    """Work on what there is, for ever."""
    owner = kit.ids()

    async def run() -> None:
        tidied: datetime | None = None
        while True:
            if tidied is None or kit.clock.wall() - tidied >= TIDY:
                await tidy(kit, settings)
                tidied = kit.clock.wall()
            if not await work_once(kit, settings, owner=owner):
                await asyncio.sleep(settings.bulk_sweep_seconds)

    return run


async def tidy(kit: Kit, settings: Settings) -> None:
    """Forget jobs that ended long ago, a few in each transaction."""
    before = kit.clock.wall() - timedelta(days=settings.bulk_kept_days)
    gone = 1
    while gone:
        async with kit.database.transaction() as session:
            gone = await worked.forget(session, before=before)


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
        if job["attempts"] > ATTEMPTS:
            await self._fail(job)
            return
        if job["state"] == asked.READING:
            await self._read(job)
        await self._file(job)
        async with self.kit.database.transaction() as session:
            await self._hold(session, job)
            await worked.end(session, job["id"], now=self.kit.clock.wall())

    async def _fail(self, job: RowMapping) -> None:
        refusal = {"code": BROKEN_OFF.code, "facts": {"attempts": ATTEMPTS}}
        async with self.kit.database.transaction() as session:
            await self._hold(session, job)
            now = self.kit.clock.wall()
            await worked.fail(session, job["id"], refusal=refusal, now=now)

    async def _hold(self, session: AsyncSession, job: RowMapping) -> None:
        await worked.hold(session, job["id"], owner=self.owner, until=self.until())

    async def _still(self, job: RowMapping) -> None:
        """Renew the lease: where the work is slow, others would take the file from each other."""
        async with self.kit.database.transaction() as session:
            await self._hold(session, job)

    def _every(self) -> float:
        return self.settings.bulk_lease_seconds / 3

    async def _read(self, job: RowMapping) -> None:
        async with self.kit.database.transaction() as session:
            await self._hold(session, job)
            await worked.begin(session, job["id"])
        told = parsing.parsed(
            job["content"],
            job["media_type"],
            day=self.now().day,
            zone=self.settings.time_zone,
            still=partial(self._still, job),
            every=self._every(),
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

    async def _file(self, job: RowMapping) -> None:
        """File what waits: while the database writes one batch, the next one is checked."""
        writing: asyncio.Task[None] | None = None
        last = 0
        try:
            while rows := await self._waiting(job, after=last):
                last = rows[-1]["number"]
                weighed = await self._weigh(job, rows)
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._write(job, weighed))
            if writing is not None:
                await writing
        finally:
            if writing is not None and not writing.done():
                writing.cancel()
                await asyncio.wait([writing])

    async def _waiting(self, job: RowMapping, *, after: int) -> list[Row]:
        async with self.kit.database.connect() as connection:
            return await worked.waiting(connection, job["id"], after=after, limit=BATCH)

    async def _weigh(self, job: RowMapping, rows: list[Row]) -> list[Weighed]:
        """Check them, in the order of references: two batches would wait for each other else."""
        now, who = self.now(), Principal(job["subject"], Role.BROKER, job["broker"])
        async with self.kit.database.single() as driver:
            numbers = iter(await accepting.numbers(driver, len(rows)))
        found: list[Weighed] = []
        renewed = time.monotonic()
        for row in sorted(rows, key=lambda row: str(row["reference"])):
            result = weighing.weighed(
                row,
                who=who,
                now=now,
                number=lambda: next(numbers),
                ids=self.kit.ids,
                sandbox=self.kit.sandbox,
            )
            found.append((row, result))
            # Whoever else waits for this process is answered between two filings.
            await asyncio.sleep(0)
            if time.monotonic() - renewed >= self._every():
                await self._still(job)
                renewed = time.monotonic()
        return found

    async def _write(self, job: RowMapping, found: Sequence[Weighed]) -> None:
        """Filings, their keys and their outcomes, in one transaction."""
        now = self.now()
        async with self.kit.database.transaction() as session:
            await self._hold(session, job)
            filed = await commands.store_accepted(session, [result for _, result in found])
            done = [
                (_attempt(job, row, now=now), Answer(201, {"id": str(each.id)}))
                for (row, _), each in zip(found, filed, strict=True)
                if isinstance(each, Filing)
            ]
            if done:
                await idempotency.save(session, done)
            pairs = zip(found, filed, strict=True)
            told = [weighing.outcome(row, each) for (row, _), each in pairs]
            await worked.outcomes(session, job["id"], told)


def _attempt(job: RowMapping, row: Row, *, now: commands.Now) -> Attempt:
    return Attempt(
        # Not the broker's own keys, one of which may read like this one.
        owner=f"bulk {job['broker']}",
        key=f"bulk/{job['id']}/{row['number']}",
        endpoint=ENDPOINT,
        fingerprint=hashlib.sha256(row["document"].encode()).hexdigest(),
        now=now.wall,
    )
