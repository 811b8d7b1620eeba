"""What the next test finds in a database that another one has had: nothing of it."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from services.booking import app as booking
from services.declaration import app as declaration
from services.declaration.settings import Settings
from shared.database import Database
from shared.embedded import provision
from tests import content, factories, kits
from tests.conftest import service_databases
from tests.lending import Lender

NAME = "SELECT current_database()"


async def _told(database: Database, question: str) -> Any:
    async with database.connect() as connection:
        return (await connection.execute(text(question))).scalar_one()


async def _done(database: Database, *statements: str) -> None:
    async with database.transaction() as session:
        for each in statements:
            await session.execute(text(each))


async def _filed(database: Database) -> str:
    """A filing's receipt number; it leaves records that nobody may delete."""
    service = declaration.create(kits.kit(database), Settings())
    async with kits.client(service) as broker:
        headers = kits.keyed("the same")
        answer = await broker.post("/v1/filings", json=factories.filing(), headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["receipt_number"])


async def test_it_has_the_rows_and_the_numbers_of_the_template(lender: Lender) -> None:
    seen = []
    for _ in range(2):
        async with service_databases(lender) as lent:
            database = await lent(declaration.NAME)
            name, rows = await _told(database, NAME), await content.of(database)
            seen.append((name, rows, await _filed(database)))
    assert seen[0] == seen[1]


async def test_its_connections_go_with_it(lender: Lender) -> None:
    seen = []
    for _ in range(2):
        async with service_databases(lender) as lent:
            database = await lent(declaration.NAME)
            async with database.single() as driver:
                seen.append(driver.get_server_pid())
    assert seen[0] == seen[1]


async def test_what_came_with_the_template_is_there_again(lender: Lender) -> None:
    seen = []
    for _ in range(2):
        async with service_databases(lender) as lent:
            database = await lent(booking.NAME)
            seen.append((await _told(database, NAME), await content.of(database)))
            await _done(database, "UPDATE alembic_version SET version_num = 'x'")
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "change", ["CREATE TABLE more (id int)", "ALTER TABLE outbox DROP COLUMN type"]
)
async def test_one_whose_schema_was_changed_is_dropped(lender: Lender, change: str) -> None:
    async with service_databases(lender) as lent:
        database = await lent(booking.NAME)
        name = await _told(database, NAME)
        await _done(database, change)
    assert not await provision.exists(lender.servers.admin_url, database=name)


async def test_whoever_is_left_at_it_is_ended(lender: Lender) -> None:
    async def writes_on(database: Database) -> None:
        while True:
            await _done(database, NAME)

    async with service_databases(lender) as lent:
        database = await lent(booking.NAME)
        task = asyncio.create_task(writes_on(database))
        url = make_url(lender.servers.admin_url).set(
            drivername="postgresql", database=await _told(database, NAME)
        )
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    assert task.cancelled()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.fetchval("SELECT 1")
