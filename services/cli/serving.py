"""An application served over HTTP until the process is told to end."""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from types import FrameType
from typing import Any

import uvicorn

from services.cli.settings import System
from shared.http import connections
from shared.http.mounting import Front
from shared.service import Service
from shared.telemetry import stacks, traces

DEFAULT = connections.Edge()
GRACE_SECONDS = 10
ENDING = (signal.SIGINT, signal.SIGTERM)


async def serve(
    app: Front,
    services: Sequence[Service],
    *,
    listening: socket.socket,
    edge: connections.Edge = DEFAULT,
    drain_seconds: float = 0,
    beside: Any = None,
) -> None:
    """Serve until SIGINT or SIGTERM, with every service's jobs running.

    `beside` is a coroutine function that runs as long as the server does. On SIGUSR1 the log says
    what every task waits for.
    """
    stacks.listen()
    server = Server(app, edge=edge, drain_seconds=drain_seconds)
    async with AsyncExitStack() as stack:
        stack.callback(traces.close)
        for each in services:
            stack.push_async_callback(each.kit.database.close)
            await stack.enter_async_context(each.running())
        if beside is not None:
            task = asyncio.create_task(beside())
            stack.callback(task.cancel)
        await server.serve(sockets=[listening])


def edge_of(system: System) -> connections.Edge:
    """What one client may take, within what this process may open."""
    return connections.Edge(
        head_seconds=system.head_seconds,
        body_seconds=system.body_seconds,
        idle_seconds=system.idle_seconds,
        connections=min(system.connections, connections.raise_file_limit()),
    )


class Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM and returns.

    uvicorn's own raises the signal again afterwards: that would end the process before the
    services' jobs and the embedded servers have been stopped. Told to end, it is not ready from
    that moment, and goes on serving for `drain_seconds`, until those who send requests here have
    noticed. A second signal ends it at once.
    """

    def __init__(self, app: Front, *, edge: connections.Edge, drain_seconds: float) -> None:
        super().__init__(
            connections.Config(app, edge=edge, timeout_graceful_shutdown=GRACE_SECONDS)
        )
        self.state = app.state
        self.drain_seconds = drain_seconds
        self.leaves_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to leave; with nothing to wait for, or told again, leave."""
        if self.leaves_at is None and self.drain_seconds > 0:
            self.leaves_at = time.monotonic() + self.drain_seconds
        else:
            super().handle_exit(sig, frame)
        self.state.leaving = True

    async def on_tick(self, counter: int) -> bool:
        """Several times a second: whether to leave."""
        if self.leaves_at is not None and time.monotonic() >= self.leaves_at:
            self.should_exit = True
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take both signals while serving."""
        before = {number: signal.signal(number, self.handle_exit) for number in ENDING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
