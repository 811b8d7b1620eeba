"""The whole system for a test: four services on real servers, behind one HTTP port.

The very composition that `onestop up` serves, on a database and a JetStream namespace of its own
and with a yards' clock that the test chooses. No filing is selected by a random draw: a test's
rules decide its modes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn

from services.cli import compose, people
from services.cli.registry import ENTRIES, Entry
from services.cli.replaying.client import Api
from services.cli.settings import System as Settings
from shared.auth.issuer import AUDIENCE, ISSUER, Issuer
from shared.auth.jwks import StaticJwks
from shared.auth.principal import Role
from shared.auth.tokens import TokenChecker
from shared.clock import Clock
from shared.database import Database
from shared.http import connections
from shared.kit import Kit
from shared.messaging.bus import Bus
from shared.service import Service
from shared.telemetry import metrics
from tests import factories
from tests import servers as support
from tests.kits import SEALED

TEMPLATE = "template_system"
STREAM_BYTES = 4 * 2**20
POOL = 5

STRANGERS = {
    "broker.other": (Role.BROKER, factories.OTHER_BROKER),
    "yard.other": (Role.YARD, "CNTAO-Y9"),
}
"""People of another company and another yard, besides `people.PEOPLE`."""

Wire = Callable[[Kit], Bus]
"""What a service is connected to the broker with."""


@dataclass(frozen=True)
class System:
    """A running system."""

    url: str
    tokens: Mapping[str, str]
    services: Mapping[str, Service]
    clock: Clock

    def api(self) -> Api:
        """A client of its public API."""
        return Api(self.url, self.tokens)


@asynccontextmanager
async def running(
    servers: support.TestServers,
    *,
    namespace: str,
    folder: Path,
    clock: Clock,
    wire: Wire = lambda kit: kit.bus,
) -> AsyncIterator[System]:
    """Serve all four services for as long as the block runs."""
    await support.ensure_template(
        servers, TEMPLATE, schemas=tuple(entry.name for entry in ENTRIES), fill=_filler(servers)
    )
    database = await support.fresh_database(servers, TEMPLATE)
    issuer = Issuer.open(folder, embedded=True)
    kits = _kits(servers, database, namespace=namespace, clock=clock, issuer=issuer)
    services = [
        entry.create(replace(kit, bus=wire(kit)), entry.settings(**_set(entry, folder)))
        for entry, kit in zip(ENTRIES, kits, strict=True)
    ]
    try:
        async with _serving(services, clock=clock) as url:
            named = {service.name: service for service in services}
            yield System(url, _tokens(issuer, clock), named, clock)
    finally:
        await servers.admin.drop(database)


def _set(entry: Entry, folder: Path) -> dict[str, Any]:
    """What a service is told beside the environment."""
    told = {"inspection": {"evidence_folder": folder / "evidence"}, "declaration": dict(SEALED)}
    return told.get(entry.name, {})


def _filler(servers: support.TestServers) -> Callable[[str], Awaitable[None]]:
    async def fill(database: str) -> None:
        for entry in ENTRIES:
            empty = Database(servers.url(database, schema=entry.name), schema=entry.name)
            await empty.migrate(entry.migrations)
            await empty.close()

    return fill


def _tokens(issuer: Issuer, clock: Clock) -> dict[str, str]:
    strangers = {
        name: issuer.mint(
            role,
            organisation=organisation,
            agency=None,
            subject=f"stranger-{role}",
            now=clock.wall(),
            lifetime=timedelta(hours=1),
        )
        for name, (role, organisation) in STRANGERS.items()
    }
    return people.tokens(issuer, now=clock.wall()) | strangers


def _kits(
    servers: support.TestServers, database: str, *, namespace: str, clock: Clock, issuer: Issuer
) -> list[Kit]:
    system = Settings(namespace=namespace, nats_stream_bytes=STREAM_BYTES, pool_size=POOL)
    tokens = TokenChecker(StaticJwks(issuer.jwks()), issuer=ISSUER, audience=AUDIENCE)
    instruments = metrics.Metrics(metrics.process_registry())
    return [
        compose.kit(
            entry,
            system=system,
            database_url=servers.url(database, schema=entry.name),
            nats_url=servers.nats_url,
            clock=clock,
            tokens=tokens,
            instruments=instruments,
        )
        for entry in ENTRIES
    ]


@asynccontextmanager
async def _serving(services: list[Service], *, clock: Clock) -> AsyncIterator[str]:
    registry = services[0].kit.metrics.registry
    app = compose.application(services, registry=registry, clock=clock)
    listening = compose.listen("127.0.0.1", 0)
    server = _Quiet(connections.Config(app, edge=connections.Edge()))
    async with AsyncExitStack() as stack:
        for service in services:
            stack.push_async_callback(service.kit.database.close)
            await stack.enter_async_context(service.running())
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class _Quiet(uvicorn.Server):
    """A server that leaves the test run's signal handlers alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
