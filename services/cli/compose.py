"""Services put together into one web application, and served."""

import asyncio
import signal
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.responses import JSONResponse, Response

from services.cli.registry import BY_NAME, Entry
from services.cli.settings import System
from shared.auth.tokens import TokenChecker
from shared.clock import Clock
from shared.database import Database
from shared.http import app as http_app
from shared.ids import uuid7
from shared.kit import Kit
from shared.messaging.bus import Bus
from shared.service import Service
from shared.telemetry import health, metrics

KEEP_ALIVE_SECONDS = 20
GRACE_SECONDS = 10
CONNECTIONS = 4_000
ENDING = (signal.SIGINT, signal.SIGTERM)


def kit(
    entry: Entry,
    *,
    system: System,
    database_url: str,
    nats_url: str,
    clock: Clock,
    tokens: TokenChecker,
    instruments: metrics.Metrics,
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
    )


def application(
    services: Sequence[Service],
    *,
    registry: CollectorRegistry,
    clock: Clock,
    jwks: Mapping[str, Any] | None = None,
) -> FastAPI:
    """Each service under its prefix, beside health, metrics and, where embedded, the keys."""
    root = APIRouter(include_in_schema=False)

    @root.get("/")
    async def index() -> dict[str, Any]:
        return {
            "name": "Onestop",
            "services": {
                each.name: f"{BY_NAME[each.name].prefix}/openapi.json" for each in services
            },
            "yard_time": clock.yard().isoformat(),
            "yard_clock_factor": str(clock.factor),
        }

    @root.get("/metrics")
    async def scrape() -> Response:
        return metrics.render(registry)

    @root.get("/.well-known/jwks.json")
    async def keys() -> JSONResponse:
        return JSONResponse(jwks or {"keys": []}, status_code=200 if jwks else 404)

    app = http_app.create("Onestop", version="1", routers=[root, health.router(_checks(services))])
    for each in services:
        app.mount(BY_NAME[each.name].prefix, each.api)
    return app


def _checks(services: Sequence[Service]) -> dict[str, health.Check]:
    checks: dict[str, health.Check] = {}
    for each in services:
        checks[f"{each.name} database"] = health.Check(each.kit.database.ping)
        checks[f"{each.name} broker"] = health.Check(_broker(each), needed=False)
    return checks


def _broker(service: Service) -> Any:
    async def probe() -> None:
        if not service.kit.bus.connected:
            raise ConnectionError("the broker is away; events wait in the outbox")

    return probe


async def serve(
    app: FastAPI, services: Sequence[Service], *, listening: socket.socket, beside: Any = None
) -> None:
    """Serve until SIGINT or SIGTERM, with every service's jobs running.

    `beside` is a coroutine function that runs as long as the server does.
    """
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            limit_concurrency=CONNECTIONS,
        )
    )
    async with AsyncExitStack() as stack:
        for each in services:
            stack.push_async_callback(each.kit.database.close)
            await stack.enter_async_context(each.running())
        if beside is not None:
            task = asyncio.create_task(beside())
            stack.callback(task.cancel)
        await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM and returns.

    uvicorn's own raises the signal again afterwards: that would end the process before the
    services' jobs and the embedded servers have been stopped.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take both signals while serving."""
        before = {number: signal.signal(number, self.handle_exit) for number in ENDING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.set_inheritable(False)
    return listening
