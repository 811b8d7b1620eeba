"""Services put together into one web application."""

import socket
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from starlette.responses import JSONResponse, Response

from services.cli.developers import routes
from services.cli.registry import BY_NAME, Entry
from services.cli.settings import System
from shared.auth.tokens import TokenChecker
from shared.clock import Clock
from shared.database import Database
from shared.http import app as http_app
from shared.http import limits
from shared.http.mounting import Front
from shared.http.rates import Rates
from shared.ids import uuid7
from shared.kit import Kit
from shared.messaging.bus import Bus
from shared.service import Service
from shared.telemetry import health, metrics

UNREAD_BYTES = 128 * 1024


def kit(
    entry: Entry,
    *,
    system: System,
    database_url: str,
    nats_url: str,
    clock: Clock,
    tokens: TokenChecker,
    instruments: metrics.Metrics,
    rates: Rates | None = None,
) -> Kit:
    """What one service works with; nothing is connected yet."""
    return Kit(
        name=entry.name,
        database=Database(database_url, schema=entry.name, pool_size=system.pool_size),
        bus=Bus(
            nats_url,
            namespace=system.namespace,
            replicas=system.nats_replicas,
            stream_bytes=system.nats_stream_bytes,
        ),
        clock=clock,
        ids=uuid7,
        tokens=tokens,
        metrics=instruments,
        rates=rates,
        sandbox=system.sandbox,
    )


def rates_of(system: System) -> Rates | None:
    """The buckets of this process, which all its services share; None where there is no limit."""
    if not system.rate_per_second:
        return None
    return Rates(per_second=system.rate_per_second, burst=system.rate_burst)


def application(
    services: Sequence[Service],
    *,
    registry: CollectorRegistry,
    clock: Clock,
    jwks: Mapping[str, Any] | None = None,
    caps: limits.Caps | None = None,
) -> Front:
    """Each service under its prefix, beside health, metrics and, where embedded, the keys."""
    checks = {
        f"{each.name} {what}": check for each in services for what, check in each.readiness.items()
    }
    probes = health.router(checks, leaving=lambda: bool(outer.state.leaving))
    below = {BY_NAME[each.name].prefix: each.api for each in services}
    outer = http_app.create("Onestop", version="1")
    outer.include_router(_root(services, registry=registry, clock=clock, jwks=jwks))
    outer.include_router(probes)
    outer.include_router(routes.router(services, clock=clock))
    outer.state.leaving = False
    return Front(outer, apps=below, caps=caps)


def _root(
    services: Sequence[Service],
    *,
    registry: CollectorRegistry,
    clock: Clock,
    jwks: Mapping[str, Any] | None,
) -> APIRouter:
    root = APIRouter(include_in_schema=False)

    @root.get("/")
    async def index() -> dict[str, Any]:
        return {
            "name": "Onestop",
            "services": {
                each.name: f"{BY_NAME[each.name].prefix}/openapi.json" for each in services
            },
            "developers": "/developers",
            "yard_time": clock.yard().isoformat(),
            "yard_clock_factor": str(clock.factor),
            "sandbox": any(each.kit.sandbox for each in services),
        }

    @root.get("/metrics")
    async def scrape() -> Response:
        return metrics.render(registry)

    @root.get("/.well-known/jwks.json")
    async def keys() -> JSONResponse:
        return JSONResponse(jwks or {"keys": []}, status_code=200 if jwks else 404)

    return root


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sends each part of an answer at once (TCP_NODELAY). It does
    # not otherwise, and a client's delayed acknowledgement then costs 40 ms a request.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Connections inherit it. By itself the kernel keeps megabytes for a client that does not read.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.set_inheritable(False)
    return listening
