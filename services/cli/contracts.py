"""The contracts as documents."""

from datetime import datetime
from typing import Any

import jwt

from services.cli import compose
from services.cli.registry import BY_NAME, ENTRIES
from services.cli.settings import System
from shared.auth.tokens import TokenChecker
from shared.clock import SystemClock
from shared.contracts import asyncapi as events
from shared.telemetry import metrics

NAMES = tuple(entry.name for entry in ENTRIES)
NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


class NoKeys:
    """The key set where no token is ever checked: a document needs none."""

    async def find(self, kid: str, *, now: datetime) -> jwt.PyJWK | None:
        """None."""
        return None


def openapi(service: str) -> dict[str, Any]:
    """A service's OpenAPI document; nothing is connected to for it."""
    entry = BY_NAME[service]
    clock = SystemClock()
    kit = compose.kit(
        entry,
        system=System(),
        database_url=NOWHERE,
        nats_url="nats://127.0.0.1:1",
        clock=clock,
        tokens=TokenChecker(NoKeys(), issuer="nobody", audience="onestop"),
        instruments=metrics.Metrics(metrics.process_registry()),
    )
    return entry.create(kit, entry.settings()).api.openapi()


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI document of all events."""
    return events.document()
