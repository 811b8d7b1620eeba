"""Conditional requests as RFC 9110 has them (sections 8.8.3.2, 13.1 and 13.2)."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from shared.http import app, etag

NOW = etag.strong(3, 1, 0)
router = APIRouter()


class Thing(BaseModel):
    name: str


@router.get("/thing", response_model=Thing, dependencies=[etag.READING])
async def read(request: Request) -> Response:
    return etag.answer(request, NOW, Thing(name="中"))


@router.post("/thing", dependencies=[etag.CHANGING])
async def change(request: Request) -> dict[str, str]:
    etag.require(request, NOW)
    return {"done": "it is"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    api = app.create("Sample", version="1", routers=[router])
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


def lines(name: str, values: Sequence[str]) -> httpx.Headers:
    return httpx.Headers([(name.encode(), value.encode("latin-1")) for value in values])


async def test_what_is_read_has_its_tag(client: httpx.AsyncClient) -> None:
    answer = await client.get("/thing")
    assert (answer.status_code, answer.json()) == (200, {"name": "中"})
    assert answer.headers["etag"] == NOW == '"3.1.0"'
    assert answer.headers["cache-control"] == "private, no-cache"


SAME = [[NOW], [f"W/{NOW}"], ["*"], [f'"a", {NOW}'], ['"a"', f'W/"b",,\t{NOW} , ']]


@pytest.mark.parametrize("values", SAME)
async def test_who_has_it_already_gets_nothing_again(
    client: httpx.AsyncClient, values: list[str]
) -> None:
    answer = await client.get("/thing", headers=lines("If-None-Match", values))
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == NOW
    changing = await client.post("/thing", headers=lines("If-None-Match", values))
    assert changing.status_code == 412


@pytest.mark.parametrize(
    "value", ['"3.1"', '"3.1.0,"', '"a","b"', '"W/"', '""', '"\xe9"', '"x3.1.0"']
)
async def test_who_has_another_state_gets_this_one(client: httpx.AsyncClient, value: str) -> None:
    answer = await client.get("/thing", headers=lines("If-None-Match", [value]))
    assert answer.status_code == 200
    changing = await client.post("/thing", headers=lines("If-None-Match", [value]))
    assert changing.status_code == 200


@pytest.mark.parametrize("values", [[NOW], ["*"], [f'"a", W/"b", {NOW}'], ['"a,"', NOW], []])
async def test_what_is_asked_for_this_state_is_done(
    client: httpx.AsyncClient, values: list[str]
) -> None:
    for method in ("GET", "POST"):
        answer = await client.request(method, "/thing", headers=lines("If-Match", values))
        assert answer.status_code == 200


@pytest.mark.parametrize("value", ['"2.1.0"', f"W/{NOW}", '"2.1.0", "4.1.0"', '""', f'"a{NOW[1:]}'])
async def test_what_is_asked_for_another_state_is_refused(
    client: httpx.AsyncClient, value: str
) -> None:
    for method in ("GET", "POST"):
        answer = await client.request(method, "/thing", headers=lines("If-Match", [value]))
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
        assert answer.json()["errors"][0]["facts"] == {"current": NOW}


MALFORMED = [
    "",
    "3.1.0",
    '"3.1.0',
    '"a" "b"',
    '*, "a"',
    'w/"a"',
    'W/ "a"',
    '"a\\""',
    "'a'",
    ",",
    '"a b"',
]


@pytest.mark.parametrize("value", MALFORMED)
@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
async def test_what_is_no_list_of_tags_is_refused(
    client: httpx.AsyncClient, name: str, value: str
) -> None:
    for method in ("GET", "POST"):
        answer = await client.request(method, "/thing", headers=lines(name, [value]))
        assert (answer.status_code, answer.json()["code"]) == (400, "entity_tags_malformed")
        assert answer.json()["errors"][0]["facts"] == {"header": name}


async def test_two_lines_are_one_list(client: httpx.AsyncClient) -> None:
    assert (await client.post("/thing", headers=lines("If-Match", ['"a"', NOW]))).is_success
    answer = await client.post("/thing", headers=lines("If-Match", ["*", "*"]))
    assert answer.status_code == 400


async def test_a_very_long_list_is_read_in_time(client: httpx.AsyncClient) -> None:
    for value in ('"a", ' * 5_000 + "x", "," * 20_000 + "x", '"' * 20_001):
        assert (await client.get("/thing", headers=lines("If-Match", [value]))).status_code == 400


async def test_the_document_names_the_headers_and_the_answer_without_a_body(
    client: httpx.AsyncClient,
) -> None:
    paths: dict[str, Any] = (await client.get("/openapi.json")).json()["paths"]["/thing"]
    for method, name in (("get", "If-None-Match"), ("post", "If-Match")):
        (given,) = paths[method]["parameters"]
        assert (given["name"], given["in"], given["required"]) == (name, "header", False)
        assert "ETag" in paths[method]["responses"]["200"]["headers"]
        for value in ("*", NOW, f"W/{NOW}", f'"a", {NOW}'):
            assert re.search(given["schema"]["pattern"], value)
        for value in ("", "3.1.0", "*, *", '"a" "b"'):
            assert not re.search(given["schema"]["pattern"], value)
    assert set(paths["get"]["responses"]) == {"200", "304", "4XX", "429", "5XX"}
    assert "304" not in paths["post"]["responses"]
