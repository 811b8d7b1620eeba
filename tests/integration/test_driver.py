"""The driver looks up PostgreSQL's own types once a process, and others on each connection."""

from typing import Any

import asyncpg
import pytest

from shared.driver import Driver
from tests import servers as support

ARRAYS = "SELECT $1::text[], $2::uuid[], ARRAY[1.5]"
COLOURS = "SELECT ARRAY['red']::pg_temp.colour[]"


async def _looked_up(servers: support.TestServers, kind: type[Any], *, made: str = "") -> int:
    """How often a new connection looks types up for arrays of the server's types, or `made`."""
    asked: list[str] = []
    plain = servers.admin_url.replace("+asyncpg", "", 1)
    connection = await asyncpg.connect(plain, connection_class=kind)
    try:
        connection.add_query_logger(lambda record: asked.append(record.query))
        if made:
            await connection.execute(made)
            assert await connection.fetchval(COLOURS) == ["red"]
        else:
            row = await connection.fetchrow(ARRAYS, ["a"], [])
            assert [list(map(str, each)) for each in row] == [["a"], [], ["1.5"]]
    finally:
        await connection.close()
    return sum("typeinfo_tree" in each for each in asked)


async def test_arrays_of_the_servers_types_are_looked_up_once_a_process(
    servers: support.TestServers,
) -> None:
    await _looked_up(servers, Driver)
    assert await _looked_up(servers, Driver) == 0
    assert await _looked_up(servers, asyncpg.Connection) > 0


@pytest.mark.parametrize("labels", ["'red'", "'blue', 'red'"])
async def test_a_type_that_somebody_made_is_looked_up_by_each_connection(
    servers: support.TestServers, labels: str
) -> None:
    made = f"CREATE TYPE pg_temp.colour AS ENUM ({labels})"
    assert await _looked_up(servers, Driver, made=made) > 0
    assert await _looked_up(servers, Driver, made=made) > 0
