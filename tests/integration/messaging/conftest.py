"""A room for each test: two migrated databases and a namespace in JetStream."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
import structlog

from shared.database import Database
from tests import servers as support
from tests.integration.messaging.room import MIGRATIONS, Room
from tests.wire import Wire, wired

TEMPLATE = "template_messaging"
SCHEMA = support.SCHEMA


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Tracebacks without local variables: structlog's default spends seconds on them."""
    before = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(),
        ]
    )
    yield
    structlog.configure(**before)


@pytest.fixture
async def room(servers: support.TestServers, namespace: str) -> AsyncIterator[Room]:
    """Two services, not yet running."""

    async def fill(unfinished: str) -> None:
        empty = Database(servers.url(unfinished, schema=SCHEMA), schema=SCHEMA)
        await empty.migrate(MIGRATIONS)
        await empty.close()

    await support.ensure_template(servers, TEMPLATE, schemas=(SCHEMA,), fill=fill)
    names = [await support.fresh_database(servers, TEMPLATE) for _ in range(2)]
    producer, consumer = (
        Database(servers.url(name, schema=SCHEMA), schema=SCHEMA) for name in names
    )
    yield Room(producer, consumer, servers.nats_url, namespace)
    for name, database in zip(names, (producer, consumer), strict=True):
        await database.close()
        await servers.admin.drop(name)


@pytest.fixture
async def wire(room: Room) -> AsyncIterator[Wire]:
    """A wire to the room's broker; who is `behind` it is at its end."""
    broker = urlsplit(room.nats_url)
    assert broker.port is not None
    async with wired(broker.port) as made:
        yield made
