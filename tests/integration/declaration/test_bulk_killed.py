"""A worker is killed while it reads, files and has filed; another one goes on where it was."""

import asyncio
import multiprocessing
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import httpx
from sqlalchemy import text

from services.cli import sheet
from services.declaration.jobs import bulk
from services.declaration.settings import Settings
from services.declaration.uploads import worked
from shared import crash
from shared.database import Database
from shared.service import Service
from tests import kits
from tests.factories import NOW
from tests.integration.declaration.asking import broken
from tests.integration.declaration.test_bulk import PATH, body, sent

FILINGS = 250
PATIENT = Settings(bulk_lease_seconds=45)
"""So that on a slow machine no renewal of a lease is among the commits that are counted."""
POINTS = ("database.committed:3", "outbox.appended:2", "outbox.appended:2")
"""While it reads; while a batch is written and not committed, the one before it is; and again."""


@dataclass(frozen=True)
class Late:
    """A clock that stands so long after the start of the tests."""

    by: timedelta
    factor: Decimal = Decimal(1)

    def wall(self) -> datetime:
        """Later."""
        return NOW + self.by

    yard = wall


def _killed(url: str, schema: str, point: str, number: int) -> None:
    """Work on what there is, until the crash point kills this process."""
    crash.arm(point)
    asyncio.run(_worked(Database(url, schema=schema), number))


async def _worked(database: Database, number: int) -> None:
    """Each worker begins once the lease of the one before has run out."""
    kit = kits.kit(database, clock=Late(timedelta(minutes=number)))
    while await bulk.work_once(kit, PATIENT, owner=UUID(int=number)):
        pass


async def _kill(database: Database, point: str, number: int) -> int | None:
    url = database.engine.url.render_as_string(hide_password=False)
    told: Sequence[object] = (url, database.schema, point, number)
    process = multiprocessing.get_context("fork").Process(target=_killed, args=told)
    process.start()
    await asyncio.to_thread(process.join)
    return process.exitcode


async def test_a_killed_worker_s_file_is_gone_on_with_and_nothing_is_filed_twice(
    service: Service, broker: httpx.AsyncClient
) -> None:
    database = service.kit.database
    bodies = [body(number) for number in range(FILINGS)]
    job = await sent(broker, sheet.as_csv(bodies).encode())
    left = []
    for number, point in enumerate(POINTS, start=1):
        assert await _kill(database, point, number) == -signal.SIGKILL
        left.append((await broker.get(f"{PATH}/{job['id']}")).json()["remaining"])
    assert left == [200, FILINGS - 100, FILINGS - 200]
    kit = kits.kit(database, clock=Late(timedelta(seconds=1)))
    assert not await bulk.work_once(kit, Settings(), owner=UUID(int=9)), "its lease still holds"
    await _worked(database, len(POINTS) + 1)
    job = (await broker.get(f"{PATH}/{job['id']}")).json()
    assert (job["state"], job["filed"], job["remaining"]) == ("done", FILINGS, 0)
    async with database.connect() as connection:
        rows = await connection.execute(text("SELECT reference FROM filings"))
        assert sorted(row[0] for row in rows) == sorted(each["reference"] for each in bodies)
        keys = text("SELECT count(*) FROM idempotency_keys WHERE key LIKE 'bulk/%'")
        assert (await connection.execute(keys)).scalar_one() == FILINGS
    assert await broken(service) == {}


async def test_a_worker_that_hung_past_its_lease_keeps_nothing_of_what_it_did(
    service: Service, broker: httpx.AsyncClient
) -> None:
    job = await sent(broker, sheet.as_csv([body(1)]).encode())
    kit, settings = service.kit, Settings()
    async with kit.database.transaction() as session:
        hung = await worked.claim(
            session, owner=UUID(int=1), now=NOW, until=NOW + timedelta(seconds=1)
        )
    assert hung is not None
    assert not await bulk.work_once(kit, settings, owner=UUID(int=2))
    await _worked(kit.database, 3)
    slow = kits.kit(kit.database, clock=Late(timedelta(0)))
    hand = bulk._Hand(slow, settings, UUID(int=1))
    try:
        await hand.work(hung)
    except worked.LeaseLost:
        pass
    else:
        raise AssertionError("it went on")
    told = (await broker.get(f"{PATH}/{job['id']}")).json()
    assert (told["state"], told["filed"]) == ("done", 1)
    assert datetime.fromisoformat(told["ended_at"]) == datetime.fromisoformat(
        (NOW + timedelta(minutes=3)).astimezone(UTC).isoformat()
    )
