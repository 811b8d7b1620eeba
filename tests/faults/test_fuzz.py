"""The short form of the fuzzer, and that it sees what it is there to see."""

from collections.abc import AsyncIterator
from copy import deepcopy
from random import Random

import httpx
import pytest

from services.cli import people
from shared.http import problem, refusals
from tests import factories
from tests.e2e.conftest import fast_clock, system
from tests.e2e.system import System
from tests.faults import fuzz, mutations
from tests.faults.fuzzer import Fuzzer
from tests.faults.mutations import Request

__all__ = ["fast_clock", "system"]

TOKENS = dict.fromkeys(people.PEOPLE, "a.b.c")


@pytest.fixture(autouse=True)
def streams_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the long run has it."""
    for name, value in fuzz.ENDING.items():
        monkeypatch.setenv(name, value)


async def test_no_spoilt_request_does_harm(system: System) -> None:
    told = await fuzz.fuzz(system.url, system.tokens, requests=200, seed=7)
    assert told["faults"] == []
    assert sum(told["statuses"].values()) == 200
    assert told["done"]["POST"] > 0


def _drawn(seed: int) -> list[tuple[str, str, bytes | None]]:
    fuzzer = Fuzzer("http://test", TOKENS, seed=seed)
    fuzzer.yard_time = factories.NOW
    made = [fuzzer.request() for _ in range(200)]
    return [(each.method, each.path, each.raw) for each in made]


def test_a_seed_makes_the_same_requests() -> None:
    assert _drawn(1) == _drawn(1) != _drawn(2)


def test_what_is_drawn_from_stays_as_it_is() -> None:
    random, before = Random(3), deepcopy(mutations.VALUES)
    for _ in range(3000):
        request = Request("POST", "/v1/filings", body={"lines": [{"number": 1}]})
        mutations.spoil(request, random=random)
    assert before == mutations.VALUES


def _told(status: int) -> httpx.Response:
    scope = {"type": "http", "path": "/", "headers": []}
    made = problem.response(refusals.NoSuchPath(), scope, status=status)
    return httpx.Response(status, content=bytes(made.body), headers=dict(made.headers))


class Stuck(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        raise httpx.ReadTimeout("nothing for a minute")
        yield b""


@pytest.mark.parametrize(
    ("answer", "faults"),
    [
        (_told(404), 0),
        (httpx.Response(200, json={"items": []}), 0),
        (_told(500), 1),
        (_told(503), 1),
        (httpx.Response(400, text="Invalid HTTP request received."), 1),
        (httpx.Response(404, json={"detail": "Not Found"}), 1),
        (httpx.Response(200, stream=Stuck()), 1),
    ],
)
async def test_an_answer_that_should_not_be_is_a_fault(answer: httpx.Response, faults: int) -> None:
    fuzzer = Fuzzer("http://test", TOKENS, seed=1)
    transport = httpx.MockTransport(lambda _: answer)
    fuzzer.http = httpx.AsyncClient(transport=transport, base_url="http://test")
    await fuzzer.send(Request("GET", "/declaration/v1/filings"))
    assert len(fuzzer.seen.faults) == faults


def test_what_is_left_broken_is_a_fault() -> None:
    good = {
        "chains_ok": True,
        "invariants_broken": [],
        "events_pending": 0,
        "dead_letters": 0,
        "good_filing": "released",
    }
    assert fuzz.unhealthy(good) == []
    assert fuzz.unhealthy(good | {"events_pending": 3, "good_filing": "accepted"}) == [
        "events_pending: 3",
        "good_filing: accepted",
    ]
