"""Prometheus metrics: what all services measure, under one name each."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from starlette.responses import Response

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """The instruments of one process. Labels are bounded: templates and names, never ids."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = self._seconds(
            "onestop_request_seconds",
            "Time from a request's arrival to the end of its answer.",
            ("service", "method", "route", "status"),
        )
        self.handlers = self._seconds(
            "onestop_handler_seconds",
            "Time to handle one event, commit included.",
            ("service", "consumer", "event_type", "result"),
        )
        self.relay_batch = Histogram(
            "onestop_relay_batch_events",
            "Events in one batch of the outbox relay.",
            ("service",),
            buckets=ROWS,
            registry=registry,
        )
        self.events_published = Counter(
            "onestop_events_published",
            "Events that the broker has acknowledged.",
            ("service", "event_type"),
            registry=registry,
        )
        self._queues()

    def _queues(self) -> None:
        self.outbox_pending = self._gauge(
            "onestop_outbox_pending_events", "Events that wait in the outbox.", ("service",)
        )
        self.outbox_oldest = self._gauge(
            "onestop_outbox_oldest_seconds", "Age of the oldest waiting event.", ("service",)
        )
        self.parked = self._gauge(
            "onestop_parked_events", "Events that cannot be published.", ("service",)
        )
        self.consumer_lag = self._gauge(
            "onestop_consumer_lag_events",
            "Events not yet handled; NaN while the broker, which counts them, is away.",
            ("service", "stream"),
        )
        self.standstills = Counter(
            "onestop_consumer_standstills",
            "Times that a consumer with something to do had done nothing, and was started again.",
            ("service", "stream"),
            registry=self.registry,
        )
        self.dead_letters = self._gauge(
            "onestop_dead_letters", "Events set aside for an operator.", ("service",)
        )

    def _seconds(self, name: str, meaning: str, labels: tuple[str, ...]) -> Histogram:
        return Histogram(name, meaning, labels, buckets=SECONDS, registry=self.registry)

    def _gauge(self, name: str, meaning: str, labels: tuple[str, ...]) -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry)


def process_registry() -> CollectorRegistry:
    """A registry with the process's own figures (memory, CPU, open files, collections)."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def render(registry: CollectorRegistry) -> Response:
    """The answer to `GET /metrics`, in Prometheus' text format."""
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
