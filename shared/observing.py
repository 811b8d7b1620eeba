"""What is told of a running service: metrics of handlers and backlog, the yard's time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from nats.errors import Error as NatsError
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import Clock
from shared.kit import Kit
from shared.messaging import pending

log = structlog.get_logger()

EVERY_SECONDS = 5.0


class HandlerObserver:
    """Puts each handled event into the handler histogram."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def handled(self, *, consumer: str, event_type: str, result: str, seconds: float) -> None:
        """`seconds` is the time from delivery to outcome."""
        self._kit.metrics.handlers.labels(self._kit.name, consumer, event_type, result).observe(
            seconds
        )


class YardTime:
    """ASGI middleware: says the yards' time in every answer, and how fast it runs if scaled."""

    def __init__(self, app: ASGIApp, *, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add `Onestop-Yard-Time` (UTC) and, unless it is 1, `Onestop-Yard-Clock-Factor`."""

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Onestop-Yard-Time"] = self.clock.yard().isoformat(timespec="milliseconds")
                if self.clock.factor != 1:
                    headers["Onestop-Yard-Clock-Factor"] = str(self.clock.factor)
            await send(message)

        await self.app(scope, receive, timed if scope["type"] == "http" else send)


def watch_backlog(kit: Kit, *, producers: Sequence[str]) -> Callable[[], Awaitable[None]]:
    """A job that keeps the gauges of outbox, consumers and dead letters true."""

    async def watch() -> None:
        while True:
            try:
                await _measure(kit, producers=producers)
            except (SQLAlchemyError, NatsError, OSError) as error:
                log.warning("backlog not measured", error=str(error) or type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    return watch


async def _measure(kit: Kit, *, producers: Sequence[str]) -> None:
    found = await pending.count(kit, producers=producers)
    metrics = kit.metrics
    age = (kit.clock.wall() - found.oldest).total_seconds() if found.oldest else 0.0
    metrics.outbox_pending.labels(kit.name).set(found.outbox)
    metrics.outbox_oldest.labels(kit.name).set(age)
    metrics.dead_letters.labels(kit.name).set(found.dead_letters)
    for producer, lag in found.consumers.items():
        metrics.consumer_lag.labels(kit.name, kit.bus.stream(producer)).set(lag)
