import logging
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from shared.http import app as http_app
from shared.telemetry import metrics, requests

COUNT = "onestop_request_seconds_count"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def timer() -> Iterator[float]:
    """Each request lasts a quarter of a second."""
    now = 100.0
    while True:
        yield now
        now += 0.25


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.get("/filings/{filing_id}")
    async def read(filing_id: str, secret: str = "") -> str:
        structlog.contextvars.bind_contextvars(correlation_id=filing_id)
        return filing_id if not secret else "told"

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError("bug")

    return router


@pytest.fixture
def app(registry: CollectorRegistry) -> FastAPI:
    ticks = timer()
    watched = Middleware(
        requests.RequestTelemetry,
        service="declaration",
        metrics=metrics.Metrics(registry),
        timer=lambda: next(ticks),
    )
    created = http_app.create("t", version="1", middleware=[watched])
    created.include_router(routes(), prefix="/declaration")
    created.add_api_route("/livez", lambda: "ok")
    return created


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


def counted(registry: CollectorRegistry, route: str, status: str, method: str = "GET") -> float:
    labels = {"service": "declaration", "method": method, "route": route, "status": status}
    return registry.get_sample_value(COUNT, labels) or 0


async def test_requests_are_counted_by_template_with_every_prefix(
    client: httpx.AsyncClient, registry: CollectorRegistry
) -> None:
    for filing_id in ("1", "2", "3"):
        await client.get(f"/declaration/v1/filings/{filing_id}")
    assert counted(registry, "/declaration/v1/filings/{filing_id}", "2xx") == 3
    assert b"filings/1" not in metrics.render(registry).body


async def test_strange_paths_and_methods_make_no_new_labels(
    client: httpx.AsyncClient, registry: CollectorRegistry
) -> None:
    for path in ("/a", "/b", "/c?d"):
        await client.request("BREW", path)
    assert counted(registry, "(unmatched)", "4xx", "OTHER") == 3


async def test_a_bug_counts_as_a_server_error(
    client: httpx.AsyncClient, registry: CollectorRegistry
) -> None:
    with capture_logs():
        assert (await client.get("/declaration/v1/broken")).status_code == 500
    assert counted(registry, "/declaration/v1/broken", "5xx") == 1


async def test_an_exception_that_passes_through_counts_as_a_server_error(
    registry: CollectorRegistry,
) -> None:
    async def bare(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("bug")

    watched = requests.RequestTelemetry(
        bare, service="declaration", metrics=metrics.Metrics(registry)
    )
    transport = httpx.ASGITransport(watched)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(RuntimeError, match="bug"):
            await client.get("/v1/broken")
    assert counted(registry, "(unmatched)", "5xx") == 1


async def test_the_request_line_has_template_status_and_time(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, requests.__name__)
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as said:
        await client.get("/declaration/v1/filings/7?secret=x", headers={"X-Request-Id": "abcd1234"})
    (line,) = [each for each in said if each["event"] == "request"]
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "route": "/declaration/v1/filings/{filing_id}",
        "status": 200,
        "ms": 250.0,
        "service": "declaration",
        "request_id": "abcd1234",
        "correlation_id": "7",
    }


async def test_probes_are_logged_for_debugging_only(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, requests.__name__)
    with capture_logs() as said:
        await client.get("/livez")
    assert said == []
    caplog.set_level(logging.DEBUG, requests.__name__)
    with capture_logs() as said:
        await client.get("/livez")
    assert [each["log_level"] for each in said if each["event"] == "request"] == ["debug"]
