"""What filings are found by follows their content: when amended, and for those stored before."""

from uuid import UUID

import httpx
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration.app import MIGRATIONS
from shared.service import Service
from tests.factories import BROKER, container, container_number, filing, line
from tests.integration.declaration.asking import ask, broken, filed
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

BEFORE = "0007-1"
TERMS = "SELECT term, accepted_at, filing_id FROM filing_terms ORDER BY 1, 2, 3"
INDEXES = """
    SELECT indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename IN ('filings', 'filing_terms') ORDER BY 1
"""


async def found(client: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await client.get("/v1/filings", params=query)
    return [each["reference"] for each in answer.json()["items"]]


async def terms(service: Service) -> list[str]:
    async with service.kit.database.connect() as connection:
        return list((await connection.execute(text(TERMS))).scalars())


async def test_a_filing_is_found_by_each_term_for_everybody_and_shared_ones_for_its_broker(
    service: Service, broker: httpx.AsyncClient
) -> None:
    await filed(broker, lines=[line(1, net_kg="2000")], containers=[container(1)])
    goods = [f"h:{'8471300000'[:digits]}" for digits in (2, 4, 6, 8, 10)]
    assert await terms(service) == [
        *(f"{BROKER} {each}" for each in (*goods, "u:91370200MA0000003B")),
        *("b:OSTQ26030001", f"c:{container_number(1)}", *goods),
        *(f"u:{BROKER}", "u:91370200MA0000003B"),
    ]


async def test_an_amended_filing_is_found_by_its_new_content_alone(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    made = await filed(broker)
    told = Told(UUID(made["id"]))
    await deliveries.bring(told.determined())
    body = filing(containers=[container(5), container(2, lines=[2])], bill_of_lading="NEW 1")
    answer = await ask(broker, made["id"], "amend", body, key="a")
    assert answer.status_code == 202
    assert await found(broker, container=container_number(1)) == ["REF-0001"]
    assert await found(broker, container=container_number(5)) == []
    await deliveries.bring(told.revised(version=2))
    assert await found(broker, container=container_number(1)) == []
    for query in (
        {"container": container_number(5)},
        {"container": container_number(2)},
        {"bill_of_lading": "new1"},
        {"hs_code": "0805"},
    ):
        assert await found(broker, **query) == ["REF-0001"]
    assert await found(broker, bill_of_lading="OSTQ26030001") == []
    assert await broken(service) == {}


async def _rows(connection: AsyncConnection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await connection.execute(text(query))]


async def test_filings_that_were_stored_before_are_found_as_new_ones_are(
    service: Service, broker: httpx.AsyncClient
) -> None:
    for number in range(3):
        await filed(broker, reference=f"R-{number}", containers=[container(number, lines=[1, 2])])

    def again(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
        command.upgrade(config, "head")

    database = service.kit.database
    async with database.connect() as connection:
        before = [await _rows(connection, query) for query in (TERMS, INDEXES)]
    async with database.engine.execution_options(
        isolation_level="READ COMMITTED"
    ).begin() as connection:
        await connection.run_sync(again)
    async with database.connect() as connection:
        after = [await _rows(connection, query) for query in (TERMS, INDEXES)]
    assert len(before[0]) > 3 * 10
    assert after == before
    assert await found(broker, container=container_number(2)) == ["R-2"]
