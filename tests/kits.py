"""A service's kit on a test's own database, and clients that call the service as somebody.

The broker is never connected: what is published is read from the outbox, and events come in
through the inbox, in the very function that the consumer loop uses.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from shared import keyfile
from shared.auth import issuer
from shared.auth.jwks import StaticJwks
from shared.auth.principal import Role
from shared.auth.tokens import TokenChecker
from shared.clock import Clock
from shared.contracts.envelope import Envelope, Event
from shared.database import Database, table_of
from shared.ids import uuid7
from shared.kit import Kit
from shared.messaging import inbox
from shared.messaging.bus import Bus
from shared.messaging.inbox import Applied
from shared.messaging.tables import OutboxRow
from shared.service import Service
from shared.telemetry.metrics import Metrics
from tests import factories

_OUTBOX = table_of(OutboxRow)


_KEYS = TemporaryDirectory(prefix="onestop-keys-")
SEALED: Mapping[str, Any] = {
    "seal_key": Path(_KEYS.name) / "seal.pem",
    "public_url": "https://onestop.example.org/declaration",
}
"""Settings by which declaration issues release notices, with a key of this process's tests."""
keyfile.make(SEALED["seal_key"])


@cache
def token_issuer() -> issuer.Issuer:
    """The issuer of this process's tests."""
    return issuer.Issuer(Ed25519PrivateKey.generate())


@cache
def token_checker() -> TokenChecker:
    """Checks its tokens: one that comes in many tests is verified once."""
    return TokenChecker(StaticJwks(token_issuer().jwks()), issuer=issuer.ISSUER)


def kit(database: Database, *, clock: Clock | None = None) -> Kit:
    """The kit of the service whose schema the database has; its clock stands still."""
    return Kit(
        name=database.schema,
        database=database,
        bus=Bus("nats://127.0.0.1:1"),
        clock=clock or factories.still_clock(),
        ids=uuid7,
        tokens=token_checker(),
        metrics=Metrics(CollectorRegistry()),
    )


def client(
    service: Service,
    role: Role = Role.BROKER,
    *,
    org: str = factories.BROKER,
    agency: str = "",
    subject: str = "",
) -> httpx.AsyncClient:
    """Calls the service as a caller of that role and organisation."""
    token = token_issuer().mint(
        role,
        organisation=org,
        agency=agency or None,
        subject=subject or f"a {role}",
        now=service.kit.clock.wall(),
        lifetime=timedelta(days=1),
    )
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=service.api),
        base_url="http://test",
        headers={"Authorization": f"Bearer {token}"},
    )


async def told(service: Service) -> list[Envelope]:
    """What the service has written to its outbox, in order."""
    async with service.kit.database.connect() as connection:
        rows = await connection.execute(select(_OUTBOX.c.envelope).order_by(_OUTBOX.c.seq))
        return [Envelope.model_validate(row) for row in rows.scalars()]


def enveloped(event: Event, *, version: int, source: str = "test") -> Envelope:
    """The event on its way, as number `version` of its aggregate."""
    return Envelope(
        id=uuid7(),
        source=f"onestop/{source}",
        type=event.type(),
        subject=event.subject,
        time=factories.NOW,
        aggregateversion=version,
        correlationid=event.filing_id,
        data=event.model_dump(mode="json"),
    )


class Deliveries:
    """Brings events of other services in, each aggregate's in order from its first version."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.versions: dict[tuple[str, UUID], int] = {}

    async def bring(self, *events: Event) -> Sequence[Applied]:
        """Deliver the events, numbered on."""
        return [await self.deliver(self._next(event)) for event in events]

    async def deliver(self, envelope: Envelope) -> Applied:
        """Deliver an envelope as it is, as often as one likes."""
        kit = self.service.kit
        return await inbox.apply(
            kit.database,
            consumer=kit.name,
            envelope=envelope,
            handlers=self.service.handlers,
            now=kit.clock.wall(),
        )

    def _next(self, event: Event) -> Envelope:
        key = (event.aggregate, event.subject)
        self.versions[key] = self.versions.get(key, 0) + 1
        return enveloped(event, version=self.versions[key])


def keyed(key: str, **headers: Any) -> dict[str, Any]:
    """Headers with an idempotency key."""
    return {"Idempotency-Key": f'"{key}"', **headers}
