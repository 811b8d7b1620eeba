"""A role and a schema for each service: the database refuses whoever reads another's tables."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from shared.embedded import provision
from tests import servers as support

SERVICES = {"alpha": "first pass%word '@:/", "beta": "second"}
ATTEMPTS = (
    "SELECT * FROM alpha.secret",
    "DELETE FROM alpha.secret",
    "CREATE TABLE alpha.mine (id int)",
    "CREATE TABLE public.mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE DATABASE mine",
    "CREATE ROLE mine",
    "SET ROLE onestop_alpha",
    "ALTER ROLE onestop_alpha PASSWORD 'mine'",
    "GRANT USAGE ON SCHEMA alpha TO onestop_beta",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('PG_VERSION')",
)
HOSTILE = 'odd"; DROP SCHEMA public; --'


def _address(servers: support.TestServers, database: str, schema: str, password: str) -> str:
    url = make_url(servers.admin_url).set(
        drivername="postgresql",
        database=database,
        username=provision.role_of(schema),
        password=password,
    )
    return url.render_as_string(hide_password=False)


async def _login(servers: support.TestServers, database: str, schema: str) -> Any:
    return await asyncpg.connect(_address(servers, database, schema, SERVICES[schema]))


async def _refuses(connection: Any, attempt: str) -> bool:
    try:
        await connection.execute(attempt)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


@pytest.fixture
async def provisioned(servers: support.TestServers) -> AsyncIterator[str]:
    """A database of two services; alpha has a table with one row."""
    name = support.unique(servers)
    async with provision.turn(servers.admin_url, of="alpha and beta"):
        await provision.provision(servers.admin_url, database=name, services=SERVICES)
        alpha = await _login(servers, name, "alpha")
        await alpha.execute("CREATE TABLE secret (id int); INSERT INTO secret VALUES (1)")
        await alpha.close()
        yield name
        await provision.drop(servers.admin_url, database=name)


async def test_a_service_finds_its_own_tables_without_naming_its_schema(
    servers: support.TestServers, provisioned: str
) -> None:
    alpha = await _login(servers, provisioned, "alpha")
    assert await alpha.fetchval("SELECT count(*) FROM secret") == 1
    assert await alpha.fetchval("SELECT current_schema()") == "alpha"
    await alpha.close()


async def test_the_database_refuses_a_service_what_is_not_its_own(
    servers: support.TestServers, provisioned: str
) -> None:
    beta = await _login(servers, provisioned, "beta")
    allowed = [attempt for attempt in ATTEMPTS if not await _refuses(beta, attempt)]
    await beta.close()
    assert allowed == []


async def test_provisioning_again_keeps_the_data_and_sets_a_new_password(
    servers: support.TestServers, provisioned: str
) -> None:
    changed = SERVICES | {"alpha": "new"}
    await provision.provision(servers.admin_url, database=provisioned, services=changed)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await _login(servers, provisioned, "alpha")
    alpha = await asyncpg.connect(_address(servers, provisioned, "alpha", "new"))
    assert await alpha.fetchval("SELECT count(*) FROM secret") == 1
    await alpha.close()


async def test_processes_that_provision_at_once_take_turns(
    servers: support.TestServers, provisioned: str
) -> None:
    await asyncio.gather(
        *(
            provision.provision(servers.admin_url, database=provisioned, services=SERVICES)
            for _ in range(5)
        )
    )
    beta = await _login(servers, provisioned, "beta")
    await beta.close()


async def test_a_clone_holds_a_copy_and_admits_the_same_roles_only(
    servers: support.TestServers, provisioned: str
) -> None:
    stranger = support.unique(servers)
    await provision.provision(servers.admin_url, database=stranger, services={"gamma": "third"})
    copy = support.unique(servers)
    await provision.clone(servers.admin_url, template=provisioned, database=copy)
    alpha = await _login(servers, copy, "alpha")
    assert await alpha.fetchval("SELECT count(*) FROM secret") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="CONNECT"):
        await asyncpg.connect(_address(servers, copy, "gamma", "third"))
    # Drops it although a connection is open.
    await provision.drop(servers.admin_url, database=copy)
    await alpha.close()
    assert not await provision.exists(servers.admin_url, database=copy)
    await provision.drop(servers.admin_url, database=stranger)


async def test_names_are_quoted_and_never_executed(servers: support.TestServers) -> None:
    name = f"{support.unique(servers)} {HOSTILE}"
    await provision.provision(servers.admin_url, database=name, services={HOSTILE: HOSTILE})
    inside = await asyncpg.connect(_address(servers, name, HOSTILE, HOSTILE))
    assert await inside.fetchval("SELECT current_schema()") == HOSTILE
    await inside.close()
    await provision.drop(servers.admin_url, database=name)
    await provision.drop(servers.admin_url, database=name)


async def test_a_template_is_filled_once_and_its_clones_hold_the_filling(
    servers: support.TestServers,
) -> None:
    fillings: list[str] = []
    template = f"{support.unique(servers)}_template"

    async def fill(database: str) -> None:
        fillings.append(database)
        url = servers.url(database, schema="filled").replace("+asyncpg", "")
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE migrated (id int)")
        await connection.close()

    await asyncio.gather(
        *(
            support.ensure_template(servers, template, schemas=("filled",), fill=fill)
            for _ in range(3)
        )
    )
    assert len(fillings) == 1
    name = await support.fresh_database(servers, template)
    url = servers.url(name, schema="filled").replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM migrated") == 0
    await connection.close()
    for database in (name, template):
        await provision.drop(servers.admin_url, database=database)
