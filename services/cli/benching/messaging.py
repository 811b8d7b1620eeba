"""`onestop bench messaging`: our relay and consumer loop against bare nats-py doing the same.

The relay reads events from an outbox and publishes them; bare is the same bytes published with as
many in flight. The consumer claims each event and writes a row; bare is the same two writes in a
transaction of asyncpg and an ack, as many at once.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from services.cli import compose
from services.cli.benching import bare, single
from services.cli.benching.single import Bench
from services.cli.console import say
from services.cli.registry import BY_NAME
from services.cli.settings import System
from shared.auth.issuer import AUDIENCE, ISSUER
from shared.auth.jwks import StaticJwks
from shared.auth.tokens import TokenChecker
from shared.clock import SystemClock
from shared.contracts import filing
from shared.contracts.envelope import Envelope
from shared.embedded import provision
from shared.ids import uuid7
from shared.kit import Kit
from shared.messaging import inbox, outbox
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.messaging.taking import Delivery
from shared.prepared import Statement
from shared.telemetry import metrics

EVENTS = 4_000
PRODUCER, CONSUMER = "declaration", "mutual_recognition"
SEEN = Statement(text("INSERT INTO seen (id) VALUES (:id)").bindparams(bindparam("id", type_=Uuid)))


def run() -> dict[str, Any]:
    """Run it; ratios first."""
    with single.servers() as bench:
        return asyncio.run(_run(bench))


async def _run(bench: Bench) -> dict[str, Any]:
    async with _kit(bench, PRODUCER) as producer, _kit(bench, CONSUMER) as consumer:
        say(f"{EVENTS} events: relay, bare publisher, consumer, bare consumer")
        envelopes = await _fill(producer)
        await producer.bus.ensure_topology()
        relay = await _relayed(producer)
        rival = replace(producer, bus=_bus(bench, "bare"))
        async with _connected(rival):
            await rival.bus.ensure_topology()
            publisher = await bare.published(rival.bus, envelopes)
            ours = await _consumed(consumer)
            theirs = await bare.consumed(rival.bus, _url(bench, CONSUMER), count=EVENTS)
    return {
        "name": "messaging",
        "relay_of_bare": round(relay / publisher, 2),
        "consumer_of_bare": round(ours / theirs, 2),
        "events_per_second": {
            "relay": round(relay),
            "bare_publisher": round(publisher),
            "consumer": round(ours),
            "bare_consumer": round(theirs),
        },
    }


async def _fill(kit: Kit) -> list[Envelope]:
    """Write the events of as many filings to the outbox."""
    ids = [uuid7() for _ in range(EVENTS)]
    async with kit.database.transaction() as session:
        for filing_id in ids:
            event = filing.FilingReleased(filing_id=filing_id, filing_version=1)
            await outbox.append(
                session, [event], version=1, source=PRODUCER, ids=uuid7, now=kit.clock.wall()
            )
    async with kit.database.connect() as connection:
        rows = await connection.execute(text("SELECT envelope FROM outbox ORDER BY seq"))
        return [Envelope.model_validate(row) for row in rows.scalars()]


async def _relayed(kit: Kit) -> float:
    relay = Relay(kit)
    began = time.perf_counter()
    async with kit.database.engine.connect() as connection:
        left = EVENTS
        while left:
            sent, _ = await relay.pump(connection)
            left -= sent
    return EVENTS / (time.perf_counter() - began)


class _Counted:
    """Knows when every event has taken effect."""

    def __init__(self) -> None:
        self.left = EVENTS
        self.done = asyncio.Event()

    def handled(self, one: Delivery, *, consumer: str, result: str, seconds: float) -> None:
        """One more."""
        self.left -= 1
        if not self.left:
            self.done.set()


async def _consumed(kit: Kit) -> float:
    async def note(session: AsyncSession, _event: Any, envelope: Envelope) -> None:
        await SEEN.run(session, {"id": envelope.id})

    counted = _Counted()
    handlers: inbox.Handlers = {filing.FilingReleased: note}
    loop = Consumer(kit, producer=PRODUCER, handlers=handlers, observer=counted)
    began = time.perf_counter()
    task = asyncio.create_task(loop.run())
    await counted.done.wait()
    spent = time.perf_counter() - began
    task.cancel()
    return EVENTS / spent


def _url(bench: Bench, name: str) -> str:
    url = make_url(bench.admin_url).set(
        database=single.DATABASE, username=provision.role_of(name), password=single.PASSWORD
    )
    return url.render_as_string(hide_password=False)


def _bus(bench: Bench, namespace: str) -> Any:
    return _made(bench, PRODUCER, namespace=namespace).bus


def _made(bench: Bench, name: str, *, namespace: str = "onestop") -> Kit:
    return compose.kit(
        BY_NAME[name],
        system=System(namespace=namespace, nats_stream_bytes=64 * 2**20),
        database_url=_url(bench, name),
        nats_url=bench.servers.nats.url,
        clock=SystemClock(),
        tokens=TokenChecker(StaticJwks(bench.issuer.jwks()), issuer=ISSUER, audience=AUDIENCE),
        instruments=metrics.Metrics(metrics.process_registry()),
    )


@asynccontextmanager
async def _kit(bench: Bench, name: str) -> AsyncIterator[Kit]:
    """A service's kit, migrated, with a table for what is seen and a bus that is connected."""
    services = {name: single.PASSWORD}
    await provision.provision(bench.admin_url, database=single.DATABASE, services=services)
    made = _made(bench, name)
    await made.database.migrate(BY_NAME[name].migrations)
    async with made.database.transaction() as session:
        await session.execute(text("CREATE TABLE seen (id uuid PRIMARY KEY)"))
    async with _connected(made):
        yield made
    await made.database.close()


@asynccontextmanager
async def _connected(kit: Kit) -> AsyncIterator[None]:
    task = asyncio.create_task(kit.bus.run())
    await kit.bus.ready()
    try:
        yield
    finally:
        task.cancel()
        await kit.bus.close()
