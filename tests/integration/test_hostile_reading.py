"""Hostile addresses and filters against every operation that reads, as the documents name them."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from services.cli import contracts
from shared.database import Database
from tests import documents
from tests.faults import corpus, refusals
from tests.integration.access.entries import ENTRIES, OPERATIONS
from tests.integration.access.people import EVERYBODY, NOBODY, Caller
from tests.integration.access.scene import Ask, Operation, Scene, listed

NewDatabase = Callable[[str], Awaitable[Database]]
CLIENT_ERRORS = frozenset({400, 404, 414, 422})


@pytest.mark.parametrize("service", contracts.NAMES)
async def test_what_is_hostile_finds_nothing_and_changes_nothing(
    service: str, service_database: NewDatabase
) -> None:
    scene = Scene(service, await service_database(service))
    missed = []
    for operation in (each for each in OPERATIONS if each.service == service and not each.writes):
        ask = await scene.arranged(ENTRIES[service][operation.name].arrange)
        before = await scene.fingerprint()
        missed += [f"{operation.name} {each}" for each in await _tried(scene, operation, ask)]
        assert await scene.fingerprint() == before, operation.name
    assert not missed, "\n".join(missed)


def _reader(operation: Operation) -> Caller:
    admitted = operation.roles or ()
    found = [who for who in EVERYBODY if who.admitted and who.role in admitted]
    return found[0] if found else NOBODY


async def _tried(scene: Scene, operation: Operation, ask: Ask) -> list[str]:
    """What was answered as if it were not hostile."""
    who = _reader(operation)
    good = operation.parameters(ask)
    paths = [operation.path.format_map(good | {name: text}) for name in good for text in corpus.IDS]
    whole = operation.path.format_map(good)
    described: Any = documents.of(operation.service)["paths"][operation.path][operation.method]
    named = [each["name"] for each in described.get("parameters", ()) if each["in"] == "query"]
    queries = [f"{whole}?{name}={quote(text)}" for name in named for text in corpus.QUERIES]
    unknown = [f"{whole}?sort={quote(text)}" for text in corpus.QUERIES]
    found = []
    for path in (*paths, *queries, *unknown):
        answer = await scene.call(who, operation.method, path)
        if answer.is_success and path in queries and listed(answer) == []:
            continue
        if answer.status_code in (200, 403) and path in paths and _another(answer, path):
            continue
        found += [f"{path}: {each}" for each in refusals.wrong(answer, status=CLIENT_ERRORS)]
    return found


def _another(answer: httpx.Response, path: str) -> bool:
    """Whether the client itself took `..` away, so that something else was asked for."""
    return answer.request.url.path.count("/") < path.count("/")


async def test_a_filter_that_finds_nothing_is_no_filter_left_out(
    service_database: NewDatabase,
) -> None:
    """What the test above takes for harmless: the list has something, and the filter hides it."""
    scene = Scene("declaration", await service_database("declaration"))
    operation = next(each for each in OPERATIONS if each.name == "GET /v1/filings")
    await scene.arranged(ENTRIES["declaration"][operation.name].arrange)
    who = _reader(operation)
    everything = await scene.done(who, "get", "/v1/filings")
    assert len(everything["items"]) == 1
    injected = quote("x' OR '1'='1")
    assert (await scene.done(who, "get", f"/v1/filings?reference={injected}"))["items"] == []
