"""A room for each test: two migrated databases and a namespace in JetStream."""

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from shared.database import Database
from tests import servers as support
from tests.integration.messaging.room import MIGRATIONS, Room

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
