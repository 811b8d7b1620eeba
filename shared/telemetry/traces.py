"""Traces: the way of a filing through the services, as OpenTelemetry spans.

The trace of a filing has the filing's id as its trace id, so that the acts of many people over
days are one trace, which the filing's id finds. Only where a client sends a trace of its own
(W3C Trace Context), what its request leads to goes on in that one. Spans carry ids, types and
results, never what was declared.

Span ids of publications and of applied events are computed from the event's: each happens once,
however often it is tried or delivered, and nothing has to be handed from one to the other.

Off until `configure` is called, once a process, by its composition root; then nothing of
OpenTelemetry is imported and no span is made.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from shared.telemetry.spans import Recorder

OFF = "off"
FILE = "file"
FILE_NAME = "traces.jsonl"
HEX = 16
APPLIED = "applied"
REPEATED = frozenset({"duplicate", "old"})

_recorder: "Recorder | None" = None


def configure(target: str, *, folder: Path | None = None) -> None:
    """Record from now on: to `file` in `folder`, or to a collector's OTLP/HTTP address.

    `off` records nothing. Raises ValueError for `file` without a folder.
    """
    global _recorder
    close()
    if target == OFF:
        return
    from shared.telemetry import spans

    if target != FILE:
        _recorder = spans.Recorder(spans.to_collector(target))
    elif folder is None:
        raise ValueError("traces: there is no data folder for a file here")
    else:
        _recorder = spans.Recorder(spans.to_file(folder / FILE_NAME))


def close() -> None:
    """Send what is recorded, and record no more."""
    global _recorder
    if _recorder is not None:
        _recorder.close()
        _recorder = None


def active() -> bool:
    """Whether anything is recorded."""
    return _recorder is not None


def of_filing(filing_id: UUID, *, span: str | None) -> str:
    """The `traceparent` of what happens to a filing, in `span`; None: of nothing that is seen."""
    trace = filing_id.hex
    return f"00-{trace}-{span or trace[HEX:]}-01"


def continued(traceparent: str | None, *, consumer: str, event_id: UUID) -> str | None:
    """The `traceparent` of what the consumer does on an event that has this one."""
    if _recorder is None or traceparent is None:
        return traceparent
    return inside(traceparent, _span(consumer, str(event_id)))


def inside(traceparent: str, span: str) -> str:
    """The same trace, in `span`."""
    return f"{traceparent[:36]}{span}{traceparent[52:]}"


def new_span() -> str:
    """A span id of no event."""
    return secrets.token_hex(8)


def request(
    service: str,
    *,
    method: str,
    route: str,
    status: int,
    sent: str | None,
    span: str,
    filings: Iterable[UUID],
    began: int,
) -> None:
    """Record a request that led to events, or that came with the client's trace (`sent`).

    `began` is in nanoseconds since 1970.
    """
    filing_id = next(iter(filings), None)
    if _recorder is None or (filing_id is None and sent is None):
        return
    _recorder.record(
        service,
        f"{method} {route}",
        kind="server",
        parent=sent or of_filing(next(iter(filings)), span=None),
        span=span,
        began=began,
        failed=status >= 500,
        attributes={
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            **_filing(filing_id),
        },
    )


def _filing(filing_id: UUID | None) -> dict[str, str]:
    return {} if filing_id is None else {"onestop.filing_id": str(filing_id)}


def published(
    service: str,
    *,
    event_id: UUID,
    event_type: str,
    filing_id: UUID,
    traceparent: str | None,
    message_id: str,
    began: int,
) -> None:
    """Record that the broker took an event. A second emission is linked with the first."""
    if _recorder is None or traceparent is None:
        return
    first = str(event_id)
    _recorder.record(
        service,
        f"publish {event_type}",
        kind="producer",
        parent=traceparent,
        span=_span("publish", message_id),
        began=began,
        link=_span("publish", first) if message_id != first else None,
        attributes=_event(event_type, filing_id, message_id),
    )


def handled(
    service: str,
    *,
    event_id: UUID,
    event_type: str,
    filing_id: UUID,
    traceparent: str | None,
    message_id: str | None,
    deliveries: int,
    result: str,
    seconds: float,
) -> None:
    """Record what became of a delivery. One that repeats an applied event is linked with that."""
    if _recorder is None or traceparent is None:
        return
    applied = _span(service, str(event_id))
    published_in = _span("publish", message_id) if message_id else None
    _recorder.record(
        service,
        f"process {event_type}",
        kind="consumer",
        parent=inside(traceparent, published_in) if published_in else traceparent,
        span=applied if result == APPLIED else new_span(),
        began=time.time_ns() - int(seconds * 1e9),
        link=applied if result in REPEATED else None,
        failed=result in {"retry", "terminal"},
        attributes={
            **_event(event_type, filing_id, message_id or str(event_id)),
            "onestop.result": result,
            "onestop.deliveries": deliveries,
        },
    )


def _event(event_type: str, filing_id: UUID, message_id: str) -> Mapping[str, str]:
    return {
        "messaging.system": "nats",
        "messaging.message.id": message_id,
        "onestop.event_type": event_type,
        **_filing(filing_id),
    }


def _span(*of: str) -> str:
    """The id of the span of something that happens once."""
    return hashlib.blake2b("/".join(of).encode(), digest_size=8).hexdigest()
