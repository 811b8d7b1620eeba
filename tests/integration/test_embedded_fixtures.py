"""The fixtures themselves: a database of one's own, real servers, real commits."""

import nats
from sqlalchemy import text

from shared.database import Database
from tests import servers as support


async def _tables(database: Database) -> int:
    async with database.connect() as connection:
        found = await connection.execute(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'test'")
        )
        return int(found.scalar_one())


async def _create_table(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE kept (id int)"))


async def test_a_test_gets_an_empty_database_and_commits_in_it(database: Database) -> None:
    assert await _tables(database) == 0
    await _create_table(database)
    assert await _tables(database) == 1


async def test_another_test_does_not_see_what_that_one_committed(database: Database) -> None:
    assert await _tables(database) == 0
    await _create_table(database)
    assert await _tables(database) == 1


async def test_streams_of_a_namespace_are_deleted_and_others_stay(
    servers: support.TestServers, namespace: str
) -> None:
    client = await nats.connect(servers.nats_url)
    jetstream = client.jetstream()
    other = f"{namespace}0"
    for owner in (namespace, other):
        await jetstream.add_stream(name=f"{owner}-events", subjects=[f"{owner}.>"])
    await support.delete_streams(servers, namespace=namespace)
    left = {info.config.name for info in await jetstream.streams_info()}
    await support.delete_streams(servers, namespace=other)
    await client.close()
    assert f"{namespace}-events" not in left
    assert f"{other}-events" in left


def test_names_are_unique_in_a_run(servers: support.TestServers) -> None:
    names = {support.unique(servers) for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith(f"t_{servers.worker}_") for name in names)
