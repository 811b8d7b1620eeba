"""Caps and request ids, before an application sees anything."""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import structlog
from starlette.types import Message, Receive, Scope, Send

from shared.http import app, limits, request_id
from tests.unit.http import sample

SMALL = limits.Caps(body_bytes=1000, body_seconds=0.05, url_bytes=200)


async def _chunks(count: int, *, pause: float = 0) -> AsyncIterator[bytes]:
    for _ in range(count):
        await asyncio.sleep(pause)
        yield b"x" * 100


async def test_a_body_that_announces_too_much_is_refused_unread() -> None:
    async with sample.client(sample.create(SMALL)) as client:
        answer = await client.request("GET", "/filings", content=b"x" * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_body_of_unknown_length_is_counted_as_it_arrives() -> None:
    async with sample.client(sample.create(SMALL)) as client:
        over = await client.post("/filings", content=_chunks(11), headers=sample.JSON)
        full = await client.post("/filings", content=_chunks(10), headers=sample.JSON)
    assert (over.status_code, over.json()["code"]) == (413, "body_too_large")
    assert full.json()["code"] == "malformed_json"


async def test_the_default_cap_is_two_mebibytes() -> None:
    async with sample.client() as client:
        full = await client.post("/filings", content=b" " * 2**21, headers=sample.JSON)
        over = await client.post("/filings", content=b" " * (2**21 + 1), headers=sample.JSON)
    assert (full.status_code, over.status_code) == (400, 413)


async def test_a_body_that_arrives_too_slowly_is_refused() -> None:
    async with sample.client(sample.create(SMALL)) as client:
        answer = await client.post("/filings", content=_chunks(9, pause=0.02), headers=sample.JSON)
    assert (answer.status_code, answer.json()["code"]) == (408, "body_timeout")
    assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize("url", ["/" + "a" * 201, "/filings?cursor=" + "a" * 200])
async def test_a_long_address_is_refused(url: str) -> None:
    async with sample.client(sample.create(SMALL)) as client:
        answer = await client.get(url)
    assert (answer.status_code, answer.json()["code"]) == (414, "url_too_long")


async def test_headers_that_are_too_long_together_are_refused() -> None:
    async with sample.client() as client:
        full = await client.get("/filings", headers={"X-Long": "a" * 30_000})
        over = await client.get(
            "/filings", headers={"X-Long": "a" * 20_000, "X-More": "a" * 20_000}
        )
    assert full.status_code == 200
    assert (over.status_code, over.json()["code"]) == (431, "head_too_large")


async def test_of_an_application_in_another_the_outer_caps_hold() -> None:
    outer = app.create("Outer", version="1", caps=limits.Caps(body_bytes=10 * 2**20))
    outer.mount("/inner", sample.create(SMALL))
    async with sample.client(outer) as client:
        answer = await client.post("/inner/filings", content=b"x" * 1001, headers=sample.JSON)
    assert answer.json()["code"] == "malformed_json"


@pytest.mark.parametrize("url", ["/filings/%00", "/filings?cursor=%00"])
async def test_nul_in_an_address_is_refused(url: str) -> None:
    async with sample.client() as client:
        answer = await client.get(url)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_url")


@pytest.mark.parametrize("length", ["-1", "1e3", "²", "9" * 30])
async def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    headers = {b"Content-Length": length.encode("latin-1")}
    async with sample.client() as client:
        answer = await client.post("/filings", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_header")


async def test_a_well_formed_request_id_is_kept() -> None:
    async with sample.client() as client:
        answer = await client.get("/filings", headers={"X-Request-Id": "order-0001.A_b"})
    assert answer.headers.get_list("X-Request-Id") == ["order-0001.A_b"]


@pytest.mark.parametrize("given", ["short", "a" * 65, "has space 1", 'quote"quote', "x\ty12345"])
async def test_any_other_request_id_is_replaced(given: str) -> None:
    async with sample.client() as client:
        answer = await client.get("/filings", headers={"X-Request-Id": given})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


async def test_the_request_id_is_in_the_log_context_of_its_request_only() -> None:
    seen: list[object] = []

    async def inner(_scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(structlog.contextvars.get_contextvars().get("request_id"))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        seen.append(dict(message["headers"])[b"x-request-id"].decode())

    named = request_id.RequestId(inner, new_id=lambda: UUID(int=7))
    mounted = request_id.RequestId(named, new_id=lambda: UUID(int=8))
    await mounted({"type": "http", "headers": []}, receive, send)
    assert seen == [UUID(int=8).hex, UUID(int=8).hex]
    assert "request_id" not in structlog.contextvars.get_contextvars()
