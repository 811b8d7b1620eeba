"""Measures and logs each request by its route's template, never by its raw path."""

import logging
import time
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "(unmatched)"
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
CLIENT_GONE = 499  # no answer was begun: nginx's number for it
log = structlog.get_logger(__name__)
STANDARD = logging.getLogger(__name__)


class RequestTelemetry:
    """ASGI middleware: one histogram observation and one log line a request.

    It binds `service` for all that is logged underneath. Put it inside the middleware that binds
    the request id, and outside all that may answer by itself. `timer` gives seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        metrics: metrics.Metrics,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.app = app
        self.service = service
        self.metrics = metrics
        self.timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything but HTTP on untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = CLIENT_GONE

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = self.timer()
        bound = structlog.contextvars.bind_contextvars(service=self.service)
        try:
            await self.app(scope, receive, watch)
        except Exception:
            status = 500
            raise
        finally:
            self._record(scope, status=status, seconds=self.timer() - begun)
            structlog.contextvars.reset_contextvars(**bound)

    def _record(self, scope: Scope, *, status: int, seconds: float) -> None:
        route = template(scope)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self.metrics.requests.labels(self.service, method, route, f"{status // 100}xx").observe(
            seconds
        )
        level = logging.DEBUG if route in PROBES else logging.INFO
        if STANDARD.isEnabledFor(level):  # asked first: structlog makes a logger to find out
            ms = round(seconds * 1000, 2)
            log.log(level, "request", method=method, route=route, status=status, ms=ms)


def template(scope: Scope) -> str:
    """The matched route's path with its parameters' names, such as `/v1/filings/{filing_id}`.

    FastAPI keeps the prefixes of included routers apart from the route, in its own part of the
    scope (`effective_route_context`, 0.165); a test notices if that moves.
    """
    included = scope.get("fastapi", {}).get("effective_route_context")
    matched = included or scope.get("route")
    path = getattr(matched, "path_format", None)
    return path if isinstance(path, str) else UNMATCHED
