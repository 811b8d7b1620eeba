"""The connection to the broker, made again with a new client whenever it is lost.

nats-py's own reconnecting waits without a bound for what a silent broker has not read. And closed
at the wrong moment, while it is at it, it goes on to a connection without subscriptions, on which
everybody waits in silence.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from shared import stray
from shared.messaging import acks

log = structlog.get_logger()

API_SECONDS = 2
CONNECT_SECONDS = 3
FLUSH_SECONDS = 2
LEAVE_SECONDS = 2
LOOK_SECONDS = 0.05
PING_SECONDS = 10
"""So often the broker is asked for a sign of life; without three of them it is left."""


class Connection:
    """`client`, `jetstream` and `publisher` are of the newest one; at first, of none."""

    def __init__(self, url: str, *, name: str) -> None:
        self._servers = [each.strip() for each in url.split(",")]
        self._name = name
        self._opened = False
        self._held = False
        self._when_lost: set[Callable[[], None]] = set()
        self.times_lost = 0
        self._have(Client())

    def _have(self, client: Client) -> None:
        self.client = client
        self.jetstream: JetStreamContext = client.jetstream(timeout=API_SECONDS)
        self.publisher = acks.Publisher(client)

    async def made(self) -> Client:
        """The newest client, once it is connected."""
        while not self.client.is_connected:
            await asyncio.sleep(LOOK_SECONDS)
        return self.client

    @contextmanager
    def when_lost(self, tell: Callable[[], None]) -> Iterator[None]:
        """Call `tell` each time the connection is lost, and with it what the broker was asked."""
        self._when_lost.add(tell)
        try:
            yield
        finally:
            self._when_lost.discard(tell)

    async def keep(self) -> None:
        """Connect, unless that is done. Raises nats errors, OSError, TimeoutError."""
        if self.client.is_connected:
            return
        await self._lost(self.client)
        await self.close()
        self._have(Client())
        self._opened = True
        await self.client.connect(
            list(self._servers),
            name=self._name,
            connect_timeout=CONNECT_SECONDS,
            allow_reconnect=False,
            max_reconnect_attempts=3,
            reconnect_time_wait=1,
            ping_interval=PING_SECONDS,
            flush_timeout=FLUSH_SECONDS,
            error_cb=_quietly,
            disconnected_cb=partial(self._lost, self.client),
        )
        self._held = True
        await self.publisher.open()

    async def _lost(self, client: Client) -> None:
        """Of each client once. Its own call comes late, or never, if the broker fell silent."""
        if client is not self.client or not self._held:
            return
        self._held = False
        self.times_lost += 1
        self.publisher.lost()
        for tell in tuple(self._when_lost):
            tell()

    async def close(self) -> None:
        """Leave the broker. What it has not read after a while stays unsaid."""
        if not self._opened or self.client.is_closed:
            return
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await stray.caught(self.client.close())
        except (NatsError, OSError, stray.StrayCancellation) as error:
            log.info("broker not left in order", error=str(error) or type(error).__name__)


async def _quietly(error: Exception) -> None:
    log.info("broker connection", error=str(error) or type(error).__name__)
