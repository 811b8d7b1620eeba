"""A room for tests of inspection."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from tests.conftest import ServiceDatabase
from tests.integration.inspection.room import Room
from tests.servers import TestServers


@pytest.fixture
async def room(service_database: ServiceDatabase, tmp_path: Path) -> Room:
    """Inspection on a fresh database, with the yard's clock at the slot's begin."""
    return Room.on(await service_database("inspection"), tmp_path / "evidence")


@pytest.fixture
async def superuser(room: Room, servers: TestServers) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the room's database."""
    name = room.service.kit.database.engine.url.database
    url = make_url(servers.admin_url).set(drivername="postgresql", database=name)
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    await connection.execute("SET search_path = inspection")
    yield connection
    await connection.close()
