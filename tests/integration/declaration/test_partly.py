"""Containers of a filing are released one by one, on a real database."""

from uuid import UUID

import httpx
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from services.declaration.app import MIGRATIONS
from shared.contracts.values import Outcome
from shared.service import Service
from tests import kits
from tests.factories import container_number
from tests.integration.declaration.asking import broken, filed, receipts
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

ONE, TWO = container_number(1), container_number(2)


async def test_a_broker_follows_each_container_to_its_end(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    await deliveries.bring(told.determined(), told.opened(), told.partly_concluded(ONE))
    await deliveries.bring(told.partly_met(ONE))
    seen = (await broker.get(f"/v1/filings/{found['id']}")).json()
    assert seen["status"] == "accepted"
    assert [(each["number"], each["state"]) for each in seen["containers"]] == [
        (ONE, "released"),
        (TWO, "under_inspection"),
    ]
    assert await broken(service) == {}
    await deliveries.bring(told.met(Outcome.REFUSED_ENTRY, TWO))
    seen = (await broker.get(f"/v1/filings/{found['id']}")).json()
    assert [each["state"] for each in seen["containers"]] == ["released", "refused_entry"]
    assert [each["kind"] for each in await receipts(broker, found["id"])] == [
        "accepted",
        "inspection_selected",
        "inspection_opened",
        "section_partly_concluded",
        "partly_released",
        "refused_entry",
    ]
    history = (await broker.get(f"/v1/filings/{found['id']}/history")).json()["items"]
    assert [each["act"] for each in history] == [
        "file",
        "requirement.determined",
        "case.opened",
        "case.partly_concluded",
        "requirement.partly_met",
        "requirement.met",
    ]
    assert [each.type for each in await kits.told(service)] == [
        "onestop.filing.accepted.v1",
        "onestop.filing.partly_decided.v1",
        "onestop.filing.refused_entry.v1",
    ]
    assert await broken(service) == {}


async def test_a_decision_that_comes_twice_is_told_once(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = kits.enveloped(Told(UUID(found["id"])).partly_met(ONE), version=1)
    for _ in range(2):
        await deliveries.deliver(told)
    await deliveries.deliver(
        kits.enveloped(Told(UUID(found["id"])).partly_met(ONE, TWO), version=2)
    )
    kinds = [each["kind"] for each in await receipts(broker, found["id"])]
    assert kinds == ["accepted", "partly_released", "partly_released"]
    assert await broken(service) == {}


async def test_the_database_keeps_what_was_decided_of_a_container(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    await deliveries.bring(Told(UUID(found["id"])).partly_met(ONE))
    with pytest.raises(IntegrityError, match="never changed"):
        async with service.kit.database.transaction() as session:
            await session.execute(text("UPDATE filings SET told = '{}'"))


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("status = 'withdrawn'", "a filing is released once all its containers are"),
        (
            "status = 'refused_entry', told = told || jsonb_build_object("
            f"'{TWO}', told -> '{ONE}')",
            "a filing is released once all its containers are",
        ),
        (
            f"told = told || jsonb_build_object('{TWO}', told -> '{ONE}')",
            "a container is released or refused entry by one receipt",
        ),
    ],
)
async def test_a_broken_invariant_of_containers_is_seen(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries, change: str, check: str
) -> None:
    found = await filed(broker)
    await deliveries.bring(Told(UUID(found["id"])).partly_met(ONE))
    async with service.kit.database.transaction() as session:
        await session.execute(text(f"UPDATE filings SET {change}"))
    assert any(name.startswith(check) for name in await broken(service))


async def test_of_filings_that_were_stored_before_it_is_known_which_were_opened(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    opened, waiting = await filed(broker, reference="R-1"), await filed(broker, reference="R-2")
    await deliveries.bring(Told(UUID(opened["id"])).opened())

    def again(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0009-1")
        command.upgrade(config, "head")

    engine = service.kit.database.engine
    async with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        await connection.run_sync(again)
    for found, state in ((opened, "under_inspection"), (waiting, "waiting")):
        seen = (await broker.get(f"/v1/filings/{found['id']}")).json()
        assert {each["state"] for each in seen["containers"]} == {state}
