"""Traces are recorded where they are asked for, and cost nothing where they are not."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog

from shared.messaging.context import Cause
from shared.telemetry import spans, traces

FILING = UUID("0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000")
EVENT = UUID("0199aaaa-0000-7000-8000-000000000001")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OFF = """
import sys
from shared.messaging import outbox
from shared.telemetry import traces
traces.configure("off")
print([name for name in sys.modules if name.startswith("opentelemetry.sdk")])
"""


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    traces.close()


def _publish(**changes: Any) -> None:
    told: dict[str, Any] = {"traceparent": TRACE, "message_id": str(EVENT), **changes}
    traces.published(
        "declaration",
        event_id=EVENT,
        event_type="onestop.filing.accepted.v1",
        filing_id=FILING,
        began=1,
        **told,
    )


def _written(folder: Path) -> list[dict[str, Any]]:
    traces.close()
    path = folder / traces.FILE_NAME
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [
        span
        for line in lines
        for of_service in json.loads(line)["resourceSpans"]
        for span in of_service["scopeSpans"][0]["spans"]
    ]


def test_where_nothing_is_recorded_nothing_of_opentelemetry_is_imported() -> None:
    ran = subprocess.run([sys.executable, "-c", OFF], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == "[]"


def test_where_nothing_is_recorded_a_trace_passes_as_it_came() -> None:
    assert traces.continued(TRACE, consumer="booking", event_id=EVENT) == TRACE
    _publish()
    assert not traces.active()


def test_the_trace_of_a_filing_has_its_id(tmp_path: Path) -> None:
    begun = Cause(id="a request", span="00f067aa0ba902b7").traceparent_of(FILING)
    assert begun == f"00-{FILING.hex}-00f067aa0ba902b7-01"
    traces.configure("file", folder=tmp_path)
    _publish(traceparent=begun)
    [span] = _written(tmp_path)
    assert (span["traceId"], span["parentSpanId"]) == (FILING.hex, "00f067aa0ba902b7")


def test_what_a_job_does_by_itself_is_at_the_top_of_the_filing_s_trace(tmp_path: Path) -> None:
    traces.configure("file", folder=tmp_path)
    _publish(traceparent=Cause().traceparent_of(FILING))
    [span] = _written(tmp_path)
    assert span["traceId"] == FILING.hex
    assert "parentSpanId" not in span


def test_a_client_that_does_not_want_its_trace_recorded_is_obeyed(tmp_path: Path) -> None:
    traces.configure("file", folder=tmp_path)
    _publish(traceparent=f"{TRACE[:-2]}00")
    assert _written(tmp_path) == []


def test_a_second_emission_is_linked_with_the_first(tmp_path: Path) -> None:
    traces.configure("file", folder=tmp_path)
    _publish()
    _publish(message_id=f"{EVENT}:2")
    first, second = _written(tmp_path)
    assert second["links"] == [{"traceId": first["traceId"], "spanId": first["spanId"]}]
    assert first["spanId"] != second["spanId"]


def test_a_delivery_that_failed_stands_beside_the_one_that_took_effect(tmp_path: Path) -> None:
    traces.configure("file", folder=tmp_path)
    _publish()
    for times, result in enumerate(("retry", "applied"), start=1):
        traces.handled(
            "booking",
            event_id=EVENT,
            event_type="onestop.filing.accepted.v1",
            filing_id=FILING,
            traceparent=TRACE,
            message_id=str(EVENT),
            deliveries=times,
            result=result,
            seconds=0.1,
        )
    led_to = traces.continued(TRACE, consumer="booking", event_id=EVENT)
    published, failed, applied = _written(tmp_path)
    assert failed["parentSpanId"] == applied["parentSpanId"] == published["spanId"]
    assert (failed["status"]["code"], applied["status"]["code"]) == (2, 0)
    assert led_to == f"{TRACE[:36]}{applied['spanId']}-01"
    assert failed["spanId"] != applied["spanId"]


def test_a_file_that_is_full_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "FILE_BYTES", 100)
    send = spans.to_file(tmp_path / "traces.jsonl")
    for number in range(3):
        send(str(number).encode() * 101)
    kept = {path.name: path.read_text()[0] for path in tmp_path.iterdir()}
    assert kept == {"traces.jsonl": "2", "traces.jsonl.1": "1"}


def test_a_file_needs_a_folder() -> None:
    with pytest.raises(ValueError, match="folder"):
        traces.configure("file")


class _Collector(BaseHTTPRequestHandler):
    """Takes what is posted, or refuses it."""

    status = 200
    taken: list[tuple[str, dict[str, Any]]]

    def do_POST(self) -> None:
        """Remember path and document."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.path, json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, type[_Collector]]]:
    """A collector's address, and what it does."""
    handler = type("Collector", (_Collector,), {"taken": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()
        thread.join()


def test_spans_go_to_a_collector(collector: tuple[str, type[_Collector]]) -> None:
    url, handler = collector
    traces.configure(url)
    _publish()
    traces.close()
    [(path, document)] = handler.taken
    assert path == "/v1/traces"
    [of_service] = document["resourceSpans"]
    named = {each["key"]: each["value"] for each in of_service["resource"]["attributes"]}
    assert named["service.name"] == {"stringValue": "onestop-declaration"}
    [span] = of_service["scopeSpans"][0]["spans"]
    assert span["traceId"] == TRACE[3:35]


def test_a_collector_that_refuses_is_told_of_once_and_stops_nothing(
    collector: tuple[str, type[_Collector]],
) -> None:
    url, handler = collector
    handler.status = 503
    exporter = spans._Exporter(spans.to_collector(url))
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            exporter.export([])
    assert [each["event"] for each in logs] == ["traces not sent"]
    assert len(handler.taken) == 2
