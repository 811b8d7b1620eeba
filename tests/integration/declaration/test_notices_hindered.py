"""Notices where a process died, stood still, or meets another one."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.declaration.jobs import feeding
from services.declaration.webhooks import deliveries
from services.declaration.webhooks.addresses import Allowed
from services.declaration.webhooks.posting import Poster
from shared.database import Database
from tests import kits
from tests.conftest import ServiceDatabase
from tests.integration.declaration.hooks import Hooked
from tests.receiver import Answer, Got, receiver, takes


@pytest.fixture
async def hooked(service_database: ServiceDatabase) -> AsyncIterator[Hooked]:
    made = Hooked(await service_database("declaration"))
    yield made
    await made.close()


def fails(_: Got) -> Answer:
    return 500, {}, b"broken"


async def _claim(hooked: Hooked, *, failing: bool) -> int:
    """Take what is due, as a process does that dies at once."""
    kit = hooked.service.kit
    async with kit.database.transaction() as session:
        now = kit.clock.wall()
        return len(await deliveries.claim(session, most=9, failing=failing, ids=kit.ids, now=now))


async def test_what_a_killed_process_had_in_hand_is_given_up_like_the_rest_after_a_day(
    hooked: Hooked,
) -> None:
    with receiver() as at, receiver() as well:
        made = await hooked.hook(at.url)
        at.behave = fails
        await hooked.filing()
        await hooked.rounds()
        hooked.later(minutes=10)
        assert await _claim(hooked, failing=True) == 1
        hooked.later(hours=25)
        await hooked.hook(well.url)
        await hooked.filing()
        await hooked.rounds()
        assert len(well.notices) == 1, "others are served"
        failed = await hooked.done("GET", f"/{made['id']}/failed")
        assert [each["sequence"] for each in failed["items"]] == [1]
        at.behave = takes


async def test_an_http_address_is_not_used_once_the_configuration_forbids_it(
    hooked: Hooked,
) -> None:
    with receiver() as at:
        made = await hooked.hook(at.url)
        at.behave = takes
        await hooked.filing()
        hooked.poster = Poster(allowed=Allowed(private=True), seconds=1)
        await hooked.rounds()
        assert at.notices == []
        assert (await hooked.done("GET", f"/{made['id']}"))["failures"] == 1


async def test_a_process_that_stood_still_sends_nothing_that_another_may_have_sent(
    hooked: Hooked,
) -> None:
    with receiver() as at:
        await hooked.hook(at.url)
        await hooked.filing()
        await feeding.once(hooked.service.kit)
        stood = hooked.dispatcher()
        assert await stood._begin() == 1
        hooked.later(seconds=30)
        await asyncio.gather(*stood._tasks)
        assert at.notices == []
        hooked.later(seconds=1)
        assert await hooked.rounds() == 1
    assert len(at.notices) == 1


async def _waits(database: Database) -> None:
    """Until somebody waits for a lock of somebody else."""
    asked = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    while True:
        async with database.connect() as connection:
            if (await connection.execute(asked)).scalar_one():
                return
        await asyncio.sleep(0.01)


async def test_webhooks_are_locked_in_one_order_whoever_needs_several(hooked: Hooked) -> None:
    database = hooked.service.kit.database
    lock = "SELECT id FROM webhooks WHERE broker = :broker FOR UPDATE NOWAIT"
    with receiver() as at:
        first = await hooked.hook(at.url)
        hooked.broker = kits.client(hooked.service, org="91370200MA0000003B")
        last = await hooked.hook(at.url)
    assert UUID(first["id"]) < UUID(last["id"])
    async with database.transaction() as session:
        again = text("UPDATE webhooks SET failures = 0 WHERE id = :id")
        await session.execute(again, {"id": first["id"]})  # now it lies behind the other
        found = await session.execute(text("SELECT broker FROM webhooks ORDER BY id"))
        brokers = [row[0] for row in found]
    fresh = [{"broker": each, "filing_id": uuid4(), "sequence": 1} for each in reversed(brokers)]

    async def announce() -> None:
        async with database.transaction() as session:
            await deliveries.announce(session, fresh, now=hooked.clock.now)

    async with database.transaction() as session:
        await session.execute(text(lock), {"broker": brokers[0]})
        task = asyncio.create_task(announce())
        await _waits(database)
        await session.execute(text(lock), {"broker": brokers[1]})
        task.cancel()
        await asyncio.wait([task])
