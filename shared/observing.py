"""What is told of a running service: metrics of handlers and backlog, the yard's time."""

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog
from nats.errors import Error as NatsError
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import Clock
from shared.http import request_id
from shared.kit import Kit
from shared.messaging import pending
from shared.messaging.context import Cause, caused_by
from shared.messaging.taking import Delivery
from shared.telemetry import traces
from shared.telemetry.requests import CLIENT_GONE, template

log = structlog.get_logger()

EVERY_SECONDS = 5.0
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class HandlerObserver:
    """Puts each handled event into the handler histogram and, if it is recorded, its trace."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def handled(self, one: Delivery, *, consumer: str, result: str, seconds: float) -> None:
        """`seconds` is the time from delivery to outcome."""
        self._kit.metrics.handlers.labels(self._kit.name, consumer, one.event_type, result).observe(
            seconds
        )
        envelope = one.envelope
        if envelope is not None and traces.active():
            traces.handled(
                consumer,
                event_id=envelope.id,
                event_type=envelope.type,
                filing_id=envelope.correlationid,
                traceparent=envelope.traceparent,
                message_id=one.message_id,
                deliveries=one.times,
                result=result,
                seconds=seconds,
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


class CauseOfRequest:
    """ASGI middleware: what a request changes was caused by it, and goes on with its trace.

    The cause is the request id; the trace is the client's `traceparent` (W3C Trace Context) or,
    if it sent none that is well-formed, that of the filing which the request concerns.
    """

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the cause for what runs underneath; record the request, if traces are."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = request_id.of(scope)
        given = Headers(scope=scope).get("traceparent", "")
        sent = given if TRACEPARENT.fullmatch(given) else None
        if traces.active():
            await self._traced(scope, receive, send, request=request, sent=sent)
            return
        with caused_by(Cause(id=request or None, traceparent=sent)):
            await self.app(scope, receive, send)

    async def _traced(
        self, scope: Scope, receive: Receive, send: Send, *, request: str, sent: str | None
    ) -> None:
        began, span, status = time.time_ns(), traces.new_span(), CLIENT_GONE
        filings: set[UUID] = set()
        trace = sent and traces.inside(sent, span)

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            with caused_by(Cause(request or None, trace, span, filings)):
                await self.app(scope, receive, watch)
        finally:
            traces.request(
                self.service,
                method=scope["method"],
                route=template(scope),
                status=status,
                sent=sent,
                span=span,
                filings=filings,
                began=began,
            )


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
    metrics.parked.labels(kit.name).set(found.parked)
    metrics.dead_letters.labels(kit.name).set(found.dead_letters)
    for producer in producers:
        lag = found.consumers.get(producer, math.nan)
        metrics.consumer_lag.labels(kit.name, kit.bus.stream(producer)).set(lag)
