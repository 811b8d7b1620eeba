"""Spans made with OpenTelemetry, and written as OTLP in JSON: to a file or to a collector.

The file has one `TracesData` document a line, which the collector's `otlpjsonfile` receiver and
`jq` read. The JSON form is written here: OpenTelemetry's own exporter brings eight packages for
the binary one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
)

log = structlog.get_logger()

EVERY_MS = 1_000
QUEUE = 8_192
FILE_BYTES = 64 * 2**20
SAMPLED = TraceFlags(TraceFlags.SAMPLED)

Send = Callable[[bytes], None]
"""Takes one OTLP document. Raises OSError or httpx.HTTPError."""


class Recorder:
    """Makes the spans of all services of this process; they are sent from a thread of its own."""

    def __init__(self, send: Send) -> None:
        self._ids = _Ids()
        self._sending = BatchSpanProcessor(
            _Exporter(send), max_queue_size=QUEUE, schedule_delay_millis=EVERY_MS
        )
        self._tracers: dict[str, Tracer] = {}

    def record(
        self,
        service: str,
        name: str,
        *,
        kind: str,
        parent: str,
        span: str,
        began: int,
        attributes: Mapping[str, str | int],
        link: str | None = None,
        failed: bool = False,
    ) -> None:
        """Record what ends now. `parent` is a `traceparent`, `link` a span of the same trace.

        `began` is in nanoseconds since 1970. What the client's flags say is not to be sampled is
        not recorded.
        """
        if not int(parent[-2:], 16) & TraceFlags.SAMPLED:
            return
        number = int(parent[3:35], 16)
        self._ids.trace, self._ids.span = number, int(span, 16)
        made = self._tracer(service).start_span(
            name,
            context=_below(number, parent[36:52], root=parent[19:35]),
            kind=SpanKind[kind.upper()],
            attributes=attributes,
            links=[Link(_at(number, link))] if link else None,
            start_time=began,
        )
        if failed:
            made.set_status(Status(StatusCode.ERROR))
        made.end()

    def _tracer(self, service: str) -> Tracer:
        if service not in self._tracers:
            named = {"service.name": f"onestop-{service}", "service.version": version("onestop")}
            provider = TracerProvider(
                resource=Resource.create(named), id_generator=self._ids, shutdown_on_exit=False
            )
            provider.add_span_processor(self._sending)
            self._tracers[service] = provider.get_tracer("onestop")
        return self._tracers[service]

    def close(self) -> None:
        """Send what is left."""
        stop: Callable[[], None] = self._sending.shutdown
        stop()


class _Ids(IdGenerator):
    """Gives out the ids that were chosen for the span that is started next."""

    trace = span = 0

    def generate_trace_id(self) -> int:
        """The trace of a span without a parent."""
        return self.trace

    def generate_span_id(self) -> int:
        """The span's own."""
        return self.span


def _below(number: int, parent: str, *, root: str) -> Context:
    """The context of a span below `parent`; below none where that stands for the filing itself."""
    if parent == root:
        return Context()
    return trace.set_span_in_context(NonRecordingSpan(_at(number, parent)), Context())


def _at(number: int, span: str) -> SpanContext:
    return SpanContext(number, int(span, 16), is_remote=True, trace_flags=SAMPLED)


class _Exporter(SpanExporter):
    """Hands batches on, and says once when that begins to fail."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them; those that cannot be sent are gone."""
        try:
            self._send(json.dumps(document(spans), ensure_ascii=False).encode())
        except (OSError, httpx.HTTPError) as error:
            if not self._failing:
                log.warning("traces not sent", error=str(error) or type(error).__name__)
            self._failing = True
            return SpanExportResult.FAILURE
        self._failing = False
        return SpanExportResult.SUCCESS


def to_file(path: Path) -> Send:
    """Add a line a document; at 64 MiB the file becomes `<name>.1` in the place of the last."""

    def send(made: bytes) -> None:
        if path.exists() and path.stat().st_size > FILE_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
        with path.open("ab") as file:
            file.write(made + b"\n")

    return send


def to_collector(url: str) -> Send:
    """POST each document to a collector's OTLP/HTTP address, such as `http://host:4318`."""
    base = url.rstrip("/")
    address = base if base.endswith("/v1/traces") else f"{base}/v1/traces"
    client = httpx.Client(timeout=10)

    def send(made: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        client.post(address, content=made, headers=headers).raise_for_status()

    return send


def document(spans: Sequence[ReadableSpan]) -> dict[str, Any]:
    """The spans as an OTLP `TracesData`, by service."""
    by_service: dict[Resource, list[dict[str, Any]]] = {}
    for each in spans:
        by_service.setdefault(each.resource, []).append(_span(each))
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource.attributes)},
                "scopeSpans": [{"scope": {"name": "onestop"}, "spans": of_service}],
            }
            for resource, of_service in by_service.items()
        ]
    }


def _span(span: ReadableSpan) -> dict[str, Any]:
    context, parent = span.get_span_context(), span.parent
    return {
        "traceId": f"{context.trace_id:032x}" if context else "",
        "spanId": f"{context.span_id:016x}" if context else "",
        **({"parentSpanId": f"{parent.span_id:016x}"} if parent else {}),
        "name": span.name,
        "kind": span.kind.value + 1,  # OTLP counts from 1: 0 is unspecified
        "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time),
        "attributes": _attributes(span.attributes or {}),
        "links": [
            {"traceId": f"{each.context.trace_id:032x}", "spanId": f"{each.context.span_id:016x}"}
            for each in span.links
        ],
        "status": {"code": span.status.status_code.value},
    }


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "key": name,
            "value": {"intValue": str(value)}
            if isinstance(value, int)
            else {"stringValue": str(value)},
        }
        for name, value in values.items()
    ]
