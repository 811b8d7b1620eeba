"""A filing's whole way is one trace, whoever acts and however often an event comes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.cli.replaying import tally
from shared.telemetry import traces
from tests import servers as support
from tests.e2e.clock import HandClock
from tests.e2e.system import running
from tests.e2e.town import FILINGS, Town

SERVICES = {f"onestop-{prefix.replace('-', '_')}" for prefix in tally.PREFIXES}
CLIENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
DECLARED = ("松木", "pine", "4407110000", "OSTU", "一站报关", "91200")


@dataclass(frozen=True)
class Span:
    """A span of the file."""

    service: str
    trace: str
    id: str
    parent: str | None
    name: str
    kind: int
    attributes: Mapping[str, str]
    links: tuple[str, ...]


def _spans(file: Path) -> Iterator[Span]:
    for line in file.read_text(encoding="utf-8").splitlines():
        for of_service in json.loads(line)["resourceSpans"]:
            named = _attributes(of_service["resource"])["service.name"]
            for span in of_service["scopeSpans"][0]["spans"]:
                yield Span(
                    named,
                    span["traceId"],
                    span["spanId"],
                    span.get("parentSpanId"),
                    span["name"],
                    span["kind"],
                    _attributes(span),
                    tuple(each["spanId"] for each in span["links"]),
                )


def _attributes(of: Mapping[str, Any]) -> dict[str, str]:
    return {each["key"]: next(iter(each["value"].values())) for each in of["attributes"]}


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Where this process's traces go."""
    traces.configure("file", folder=tmp_path)
    yield tmp_path / traces.FILE_NAME
    traces.close()


async def test_the_whole_way_of_a_filing_is_one_trace(
    servers: support.TestServers, namespace: str, tmp_path: Path, file: Path
) -> None:
    clock = HandClock()
    async with (
        running(servers, namespace=namespace, folder=tmp_path, clock=clock) as system,
        system.api() as api,
    ):
        town = Town(api, clock)
        filing_id = await town.file("single")
        case = await town.opened(filing_id, "quarantine")
        await town.concluded("quarantine", case)
        await town.filing_is(filing_id, "released")
        await town.settled()
        for prefix in tally.PREFIXES:
            path = f"/{prefix}/v1/ops/outbox/re-emit"
            await api.post("service", path, {"reason": "lost?"}, key=str(uuid4()))
        await town.settled()
    traces.close()
    spans = [each for each in _spans(file) if each.trace == UUID(filing_id).hex]
    _every_service_is_in_it(spans)
    _each_span_is_below_what_led_to_it(spans)
    _each_event_took_effect_once_however_often_it_came(spans)
    _nothing_that_was_declared_is_told(file)


def _every_service_is_in_it(spans: list[Span]) -> None:
    assert {each.service for each in spans} == SERVICES
    assert {each.service for each in spans if each.name.startswith("process ")} == SERVICES
    acts = {each.name for each in spans if each.parent is None}
    assert {"POST /v1/filings", "POST /v1/cases/{case_id}/conclude"} <= acts
    assert {each.attributes["onestop.filing_id"] for each in spans} == {str(UUID(spans[0].trace))}


def _each_span_is_below_what_led_to_it(spans: list[Span]) -> None:
    """Requests and publications by jobs are on top; all else has its parent among the spans."""
    by_id = {each.id: each for each in spans}
    assert len(by_id) == len(spans)
    for each in spans:
        if each.name.startswith("process "):
            parent = by_id[str(each.parent)]
            assert parent.name == each.name.replace("process ", "publish ")
            assert (
                parent.attributes["messaging.message.id"] == each.attributes["messaging.message.id"]
            )
        elif each.name.startswith("publish ") and each.parent is not None:
            parent = by_id[each.parent]
            assert parent.service == each.service
            assert parent.kind in (2, 5)
    accepted = next(each for each in spans if each.name == "publish onestop.filing.accepted.v1")
    assert by_id[str(accepted.parent)].name == "POST /v1/filings"


def _each_event_took_effect_once_however_often_it_came(spans: list[Span]) -> None:
    by_id = {each.id: each for each in spans}
    processed = [each for each in spans if each.name.startswith("process ")]
    applied = [each for each in processed if each.attributes["onestop.result"] == "applied"]
    repeated = [each for each in processed if each.links]
    assert applied
    assert len(repeated) >= len(applied)
    for each in repeated:
        assert each.attributes["onestop.result"] in {"duplicate", "old"}
        first = by_id[each.links[0]]
        assert (first.service, first.name) == (each.service, each.name)
        assert first.attributes["onestop.result"] == "applied"


def _nothing_that_was_declared_is_told(file: Path) -> None:
    told = file.read_text(encoding="utf-8")
    assert [each for each in DECLARED if each in told] == []


async def test_a_client_s_own_trace_goes_on(
    servers: support.TestServers, namespace: str, tmp_path: Path, file: Path
) -> None:
    clock = HandClock()
    async with (
        running(servers, namespace=namespace, folder=tmp_path, clock=clock) as system,
        system.api() as api,
    ):
        town = Town(api, clock)
        api._http.headers["traceparent"] = CLIENT
        filing_id = (await town.do("broker", FILINGS, town.draft("none")))["id"]
        del api._http.headers["traceparent"]
        await town.filing_is(filing_id, "released")
        await town.settled()
    traces.close()
    spans = list(_spans(file))
    assert {each.trace for each in spans} == {CLIENT[3:35]}
    assert {each.service for each in spans} == SERVICES
    [filed] = [each for each in spans if each.name == "POST /v1/filings"]
    assert filed.parent == CLIENT[36:52]
