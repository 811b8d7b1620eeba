"""A room for each test: two migrated databases and a namespace in JetStream."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
import structlog

from shared.database import Database
from tests import lending
from tests import servers as support
from tests.integration.messaging.room import MIGRATIONS, Room
from tests.lending import Lender
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
async def room(lender: Lender, namespace: str) -> AsyncIterator[Room]:
    """Two services, not yet running."""
    servers = lender.servers

    async def fill(unfinished: str) -> None:
        empty = Database(servers.url(unfinished, schema=SCHEMA), schema=SCHEMA)
        await empty.migrate(MIGRATIONS)
        await empty.close()
        await lending.prepare(servers, unfinished, schema=SCHEMA)

    await support.ensure_template(servers, TEMPLATE, schemas=(SCHEMA,), fill=fill)
    producer, consumer = [await lender.lend(TEMPLATE, schema=SCHEMA) for _ in range(2)]
    yield Room(producer, consumer, servers.nats_url, namespace)
    for lent in (producer, consumer):
        await lender.take_back(lent)


@pytest.fixture
async def wire(room: Room) -> AsyncIterator[Wire]:
    """A wire to the room's broker; who is `behind` it is at its end."""
    broker = urlsplit(room.nats_url)
    assert broker.port is not None
    async with wired(broker.port) as made:
        yield made
