"""What is in a row is nobody's business but its owner's: no error of the database tells it."""

import traceback
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.database import Database
from tests.integration.messaging.room import Room

SECRET = "Qingdao frozen squid, 4711 USD"
FAILING = {
    "an unknown table": ("INSERT INTO nowhere (type) VALUES (:it)", SECRET),
    "a missing column": (
        "INSERT INTO seen (aggregate_id, version, type) VALUES"
        " (gen_random_uuid(), 1, CAST(:it AS text))",
        SECRET,
    ),
    "a value of another type": ("SELECT CAST(CAST(:it AS text) AS uuid)", SECRET),
    "a value that the driver refuses": ("SELECT CAST(:it AS integer)", SECRET),
}


@pytest.mark.parametrize(("statement", "value"), FAILING.values(), ids=FAILING)
async def test_the_error_of_a_failing_statement_holds_no_value(
    room: Room, statement: str, value: Any
) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with room.consumer.transaction() as session:
            await session.execute(text(statement), {"it": value})
    told = "".join(traceback.format_exception(failed.value))
    assert "squid" not in told
    assert failed.value.orig is not None


async def test_a_connection_notices_a_peer_that_is_gone(room: Room) -> None:
    async with room.consumer.connect() as connection:
        rows = await connection.execute(
            text("SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp\\_keepalives\\_%'")
        )
        assert {row.name: row.setting for row in rows} == {
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
        }


async def test_a_statement_that_does_not_end_is_given_up(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.database.COMMAND_SECONDS", 0.2)
    url = room.consumer.engine.url.render_as_string(hide_password=False)
    database = Database(url, schema=room.consumer.schema)
    with pytest.raises(TimeoutError):
        async with database.connect() as connection:
            await connection.execute(text("SELECT pg_sleep(5)"))
    await database.close()
