"""Two services on real servers: one that files, one that notes each event it takes.

Each has a database of its own; between them is JetStream in a namespace of the test's own.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import service
from shared.clock import Clock, SystemClock
from shared.contracts import catalogue, filing
from shared.contracts.envelope import Envelope, Event
from shared.contracts.values import Purpose, Said
from shared.database import Database
from shared.ids import uuid7
from shared.kit import Kit
from shared.messaging import inbox, outbox
from shared.messaging.bus import Bus
from tests import kits
from tests.wire import HOST, Wire

MIGRATIONS = Path(__file__).parent / "migrations"
PRODUCER = "declaration"
CONSUMER = "mutual_recognition"

Seen = list[tuple[UUID, int]]
Spoil = Callable[[Event, Envelope], None]


def nothing_spoils(event: Event, envelope: Envelope) -> None:
    """The handler works."""


@dataclass
class Room:
    """`spoil` is called before each effect is written, and may raise."""

    producer: Database
    consumer: Database
    nats_url: str
    namespace: str
    spoil: Spoil = nothing_spoils
    clock: Clock = field(default_factory=SystemClock)
    versions: dict[UUID, int] = field(default_factory=dict)

    def kit(self, name: str, database: Database) -> Kit:
        """A service's kit, with a bus that is not yet connected."""
        return replace(
            kits.kit(database, clock=self.clock),
            name=name,
            bus=Bus(self.nats_url, namespace=self.namespace),
        )

    def behind(self, wire: Wire) -> "Room":
        """The same room, its broker behind the wire."""
        login = urlsplit(self.nats_url).netloc.rpartition("@")[0]
        there = f"{login}@{HOST}:{wire.port}" if login else f"{HOST}:{wire.port}"
        return Room(self.producer, self.consumer, f"nats://{there}", self.namespace, self.spoil)

    def filer(self) -> service.Service:
        """The service that sends."""
        return filer(self.kit(PRODUCER, self.producer))

    def noter(self) -> service.Service:
        """The service that takes every filing event and writes it to `seen`."""
        return service.assemble(
            self.kit(CONSUMER, self.consumer),
            title="noter",
            routers=[],
            handlers=self.handlers(),
            migrations=MIGRATIONS,
        )

    def handlers(self) -> inbox.Handlers:
        """One toy handler for all events of a filing."""

        async def note(session: AsyncSession, event: Event, envelope: Envelope) -> None:
            self.spoil(event, envelope)
            await session.execute(
                text(
                    "INSERT INTO seen (aggregate_id, version, event_id, type)"
                    " VALUES (:aggregate, :version, :event, :type)"
                ),
                {
                    "aggregate": envelope.subject,
                    "version": envelope.aggregateversion,
                    "event": envelope.id,
                    "type": envelope.type,
                },
            )

        followed = catalogue.followed_by(CONSUMER, producer=PRODUCER)
        return {event: note for aggregate in followed for event in aggregate.events}

    async def append(self, session: AsyncSession, filing_id: UUID, *, reason: str) -> None:
        """Write the next event of a filing to the outbox."""
        version = self.versions.get(filing_id, 0) + 1
        await outbox.append(
            session,
            [refused(filing_id, reason=reason)],
            version=version,
            source=PRODUCER,
            ids=uuid7,
            now=self.clock.wall(),
        )
        self.versions[filing_id] = version

    async def tell(self, filing_id: UUID, *, times: int = 1, reason: str = "too late") -> None:
        """Commit the next events of a filing, one transaction each."""
        for _ in range(times):
            async with self.producer.transaction() as session:
                await self.append(session, filing_id, reason=reason)

    async def seen(self) -> Seen:
        """What took effect, in that order."""
        async with self.consumer.connect() as connection:
            rows = await connection.execute(
                text("SELECT aggregate_id, version FROM seen ORDER BY number")
            )
            return [(row.aggregate_id, row.version) for row in rows]

    async def seen_are(self, count: int, *, seconds: float = 30) -> Seen:
        """Wait until that many effects were written, then a little for one too many."""

        async def enough() -> bool:
            return len(await self.seen()) >= count

        await until(enough, seconds=seconds)
        await asyncio.sleep(0.2)
        seen = await self.seen()
        assert len(seen) == count
        return seen

    async def unpublished(self) -> int:
        """How many events wait in the producer's outbox."""
        async with self.producer.connect() as connection:
            count, _ = await outbox.backlog(connection)
            return count

    async def all_published(self) -> None:
        """Wait until the producer's outbox is empty."""

        async def empty() -> bool:
            return await self.unpublished() == 0

        await until(empty)


def filer(kit: Kit) -> service.Service:
    """A service that sends, and takes nothing."""
    return service.assemble(kit, title="filer", routers=[], handlers={}, migrations=MIGRATIONS)


async def caught_up(noter: service.Service) -> None:
    """Wait until the consumer has answered everything that was published."""

    async def idle() -> bool:
        return await noter.kit.bus.lag(producer=PRODUCER, consumer=CONSUMER) == 0

    await until(idle, seconds=40)


def refused(filing_id: UUID, *, reason: str = "too late") -> filing.FilingChangeRefused:
    """A small event that can happen to a filing any number of times."""
    return filing.FilingChangeRefused(
        filing_id=filing_id,
        filing_version=1,
        purpose=Purpose.AMEND,
        reason=Said(en=reason, zh="太晚"),
    )


def envelopes(filings: Sequence[UUID], *, events: int) -> list[Envelope]:
    """The first events of each filing, in order."""
    return [
        kits.enveloped(refused(filing_id), version=version, source=PRODUCER)
        for filing_id in filings
        for version in range(1, events + 1)
    ]


def shuffled(those: Sequence[Envelope], *, seed: int) -> list[Envelope]:
    """The same in another order, the same one for the same seed."""
    return random.Random(seed).sample(list(those), len(those))


def in_order(seen: Seen) -> bool:
    """Whether each aggregate's events took effect once and in the order of their versions."""
    lanes: dict[UUID, list[int]] = {}
    for aggregate_id, version in seen:
        lanes.setdefault(aggregate_id, []).append(version)
    return all(lane == list(range(1, len(lane) + 1)) for lane in lanes.values())


async def until(holds: Callable[[], Awaitable[bool]], *, seconds: float = 30) -> None:
    """Wait until it holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.02)


async def ended(*tasks: "asyncio.Task[None]") -> None:
    """Cancel until all have ended: one cancellation can be lost, see `shared.stray`."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1)


@asynccontextmanager
async def running(*services: service.Service) -> AsyncIterator[None]:
    """The services with all their jobs."""
    async with AsyncExitStack() as stack:
        for each in services:
            await stack.enter_async_context(each.running())
        yield
