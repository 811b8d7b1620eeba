"""All receipts of a broker in one order, read by a cursor that never skips."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration.app import MIGRATIONS
from services.declaration.jobs import feeding
from shared.contracts.envelope import Envelope
from shared.messaging import inbox
from shared.service import Service
from tests import kits
from tests.integration.declaration.asking import broken, filed
from tests.kits import Deliveries
from tests.unit.declaration.made import Told


async def read(client: httpx.AsyncClient, query: str = "") -> Any:
    """A page of the feed."""
    answer = await client.get(f"/v1/receipts{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_broker_reads_all_receipts_page_by_page(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    first, second = [(await filed(broker, reference=each))["id"] for each in ("A", "B")]
    await deliveries.bring(Told(UUID(second)).determined(), Told(UUID(first)).determined())
    assert await feeding.once(service.kit) == 4
    page = await read(broker, "?limit=3")
    assert [(each["number"], each["filing_id"], each["sequence"]) for each in page["items"]] == [
        (1, first, 1),
        (2, second, 1),
        (3, second, 2),
    ]
    assert page["next"] == "3"
    rest = await read(broker, f"?after={page['next']}")
    assert [(each["number"], each["kind"]) for each in rest["items"]] == [
        (4, "inspection_selected")
    ]
    assert await broken(service) == {}


async def test_an_empty_page_gives_the_same_cursor_and_later_receipts_follow_it(
    service: Service, broker: httpx.AsyncClient
) -> None:
    assert await read(broker) == {"items": [], "next": "0"}
    await filed(broker)
    await feeding.once(service.kit)
    assert (await read(broker))["next"] == "1"
    assert await read(broker, "?after=1") == {"items": [], "next": "1"}
    await filed(broker, reference="B")
    await feeding.once(service.kit)
    assert [each["number"] for each in (await read(broker, "?after=1"))["items"]] == [2]


async def test_a_receipt_that_is_committed_late_is_not_skipped(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    late, early = [(await filed(broker, reference=each))["id"] for each in ("A", "B")]
    await feeding.once(service.kit)
    async with service.kit.database.transaction() as session:
        # Written first, committed last.
        told = kits.enveloped(Told(UUID(late)).determined(), version=1)
        await taken(service, session, told)
        await deliveries.bring(Told(UUID(early)).determined())
        assert await feeding.once(service.kit) == 1
        assert [each["filing_id"] for each in (await read(broker, "?after=2"))["items"]] == [early]
    assert await feeding.once(service.kit) == 1
    assert [each["filing_id"] for each in (await read(broker, "?after=3"))["items"]] == [late]
    assert await broken(service) == {}


async def taken(service: Service, session: AsyncSession, envelope: Envelope) -> None:
    """Take an event in a transaction that goes on."""
    kit = service.kit
    await inbox.apply_in(
        session,
        consumer=kit.name,
        envelope=envelope,
        handlers=service.handlers,
        now=kit.clock.wall(),
    )


async def test_two_processes_give_no_number_twice(
    service: Service, broker: httpx.AsyncClient
) -> None:
    for number in range(6):
        await filed(broker, reference=f"R{number}")
    while sum(await asyncio.gather(*(feeding.once(service.kit) for _ in range(4)))):
        pass
    assert [each["number"] for each in (await read(broker))["items"]] == [1, 2, 3, 4, 5, 6]


async def test_another_process_that_numbers_is_not_waited_for(
    service: Service, broker: httpx.AsyncClient
) -> None:
    await filed(broker)
    lock = text("SELECT pg_advisory_xact_lock(7003, hashtext(current_schema()))")
    async with service.kit.database.transaction() as session:
        await session.execute(lock)
        assert await feeding.once(service.kit) == 0
    assert await feeding.once(service.kit) == 1


async def test_brokers_read_their_own_feeds(service: Service, broker: httpx.AsyncClient) -> None:
    await filed(broker)
    await feeding.once(service.kit)
    async with kits.client(service, org="91370200MA3C0000XX") as other:
        assert await read(other) == {"items": [], "next": "0"}


async def test_what_was_told_before_there_was_a_feed_gets_its_state_and_its_number(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    await deliveries.bring(told.determined(), told.met())
    before = (await broker.get(f"/v1/filings/{found['id']}/receipts")).json()

    def again(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0009")
        command.upgrade(config, "head")

    async with service.kit.database.engine.begin() as connection:
        await connection.run_sync(again)
    assert (await broker.get(f"/v1/filings/{found['id']}/receipts")).json() == before
    await filed(broker, reference="B")
    assert await feeding.once(service.kit) == 4
    assert [each["sequence"] for each in (await read(broker))["items"]] == [1, 2, 3, 1]
    assert await broken(service) == {}
