"""Idempotency keys on PostgreSQL: one effect, one saved answer, whatever the client repeats."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import errors
from shared.database import Database
from shared.http import app, idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.kept_answers import IdempotencyKeyRow
from shared.http.model import StrictModel

NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
KEY = {"Idempotency-Key": '"0f0e0d0c-1"'}
GATE = 77
"""The advisory lock at which slow work waits while a test holds it."""


class WeightRefused(errors.Invalid):
    """The weight is wrong."""

    zh = "重量有误。"


class Note(StrictModel):
    """What is to be noted."""

    said: str


async def _note(session: AsyncSession, said: str) -> Answer:
    await session.execute(text("INSERT INTO effects (said) VALUES (:said)"), {"said": said})
    if said == "refused":
        raise WeightRefused
    if said == "bug":
        raise RuntimeError("after the effect")
    if said == "slow":
        await session.execute(text(f"SELECT pg_advisory_xact_lock({GATE})"))
    count = (await session.execute(text("SELECT count(*) FROM effects"))).scalar_one()
    return Answer(201, {"said": said, "effects": count}, {"Location": f"/notes/{count}"})


def _router(database: Database) -> APIRouter:
    router = APIRouter()

    async def note(
        request: Request, given: Annotated[Note, json_body(Note)], owner: str = "a", dry: int = 0
    ) -> Response:
        async def work(session: AsyncSession) -> Answer:
            return await _note(session, given.said)

        return await idempotency.once(request, database=database, owner=owner, now=NOW, work=work)

    router.add_api_route("/notes", note, methods=["POST", "PUT"])
    router.add_api_route("/others", note, methods=["POST"])
    return router


Post = Callable[..., Coroutine[Any, Any, httpx.Response]]


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    async with database.engine.begin() as connection:
        await connection.run_sync(IdempotencyKeyRow.metadata.tables["idempotency_keys"].create)
        await connection.execute(text("CREATE TABLE effects (said text NOT NULL)"))
    api = app.create("Notes", version="1", routers=[_router(database)])
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def send(
            said: str,
            path: str = "/notes",
            headers: Mapping[str, str] = KEY,
            method: str = "POST",
        ) -> httpx.Response:
            return await client.request(method, path, json={"said": said}, headers=headers)

        yield send


async def _effects(database: Database) -> list[str]:
    async with database.connect() as connection:
        return list((await connection.execute(text("SELECT said FROM effects"))).scalars())


async def test_the_second_request_gets_the_saved_answer(post: Post, database: Database) -> None:
    first, second = await post("hello"), await post("hello")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json() == {"said": "hello", "effects": 1}
    assert first.headers["Location"] == second.headers["Location"] == "/notes/1"
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await _effects(database) == ["hello"]


async def test_a_bare_key_is_the_same_as_the_quoted_one(post: Post) -> None:
    await post("hello")
    again = await post("hello", headers={"Idempotency-Key": "0f0e0d0c-1"})
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_request_without_a_key_is_refused(post: Post, database: Database) -> None:
    answer = await post("hello", headers={})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert await _effects(database) == []


@pytest.mark.parametrize(
    "given", ["", '""', '"open', "a b", "a,b", '"a" "b"', "a" * 256, '"tab\\t"', 'x"y']
)
async def test_a_key_that_is_no_string_is_refused(post: Post, given: str) -> None:
    answer = await post("hello", headers={"Idempotency-Key": given})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed")


@pytest.mark.parametrize(
    ("said", "path", "method"),
    [
        ("other", "/notes", "POST"),
        ("hello", "/others", "POST"),
        ("hello", "/notes", "PUT"),
        ("hello", "/notes?dry=1", "POST"),
    ],
)
async def test_a_key_used_for_another_request_is_refused(
    post: Post, database: Database, said: str, path: str, method: str
) -> None:
    await post("hello")
    answer = await post(said, path, method=method)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await _effects(database) == ["hello"]


async def test_a_key_that_is_used_while_its_request_is_worked_on_is_answered_as_it_was_used(
    database: Database, post: Post
) -> None:
    """What another process commits between a look at the key and its lock is seen at the end."""
    first = await post("hello")
    tries: list[str] = []

    async def work(session: AsyncSession) -> Answer:
        tries.append("again" if tries else "first")
        async with database.transaction() as meanwhile:
            await meanwhile.execute(text("UPDATE idempotency_keys SET owner = 'b'"))
        return await _note(session, "hello")

    request = _asked('{"said":"hello"}')
    again = await idempotency.once(request, database=database, owner="b", now=NOW, work=work)
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert tries == ["first"]
    assert await _effects(database) == ["hello"]


async def test_what_is_refused_because_the_same_request_has_just_done_it_is_answered_as_done(
    database: Database, post: Post
) -> None:
    first = await post("hello")

    async def work(_: AsyncSession) -> Answer:
        async with database.transaction() as meanwhile:
            await meanwhile.execute(text("UPDATE idempotency_keys SET owner = 'b'"))
        raise WeightRefused

    asked = _asked('{"said":"hello"}')
    again = await idempotency.once(asked, database=database, owner="b", now=NOW, work=work)
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.content, "true")


def _asked(body: str) -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body.encode()}

    headers = [(name.lower().encode(), value.encode()) for name, value in KEY.items()]
    scope = {"type": "http", "method": "POST", "path": "/notes", "query_string": b""}
    return Request(scope | {"headers": headers}, receive)


async def test_two_owners_may_use_the_same_key(post: Post, database: Database) -> None:
    await post("hello", "/notes?owner=a")
    other = await post("hello", "/notes?owner=b")
    assert other.json()["effects"] == 2
    assert await _effects(database) == ["hello", "hello"]


@pytest.mark.parametrize(("said", "status"), [("refused", 422), ("bug", 500)])
async def test_an_error_leaves_nothing_and_frees_the_key(
    post: Post, database: Database, said: str, status: int
) -> None:
    assert (await post(said)).status_code == status
    assert await _effects(database) == []
    mended = await post("mended")
    assert mended.status_code == 201
    assert await _effects(database) == ["mended"]


@asynccontextmanager
async def _gate_shut(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.transaction() as session:
        await session.execute(text(f"SELECT pg_advisory_xact_lock({GATE})"))
        yield session


async def _somebody_waits(session: AsyncSession) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname"
        f" = current_database() WHERE locktype = 'advisory' AND objid = {GATE} AND NOT granted"
    )
    while not (await session.execute(waiting)).scalar_one():
        await asyncio.sleep(0.01)


async def test_a_request_in_flight_is_not_started_again(post: Post, database: Database) -> None:
    async with _gate_shut(database) as session:
        first = asyncio.create_task(post("slow"))
        await _somebody_waits(session)
        second = await post("slow")
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_key_in_flight")
    assert (await first).status_code == 201
    assert await _effects(database) == ["slow"]


async def test_of_twenty_racing_requests_one_takes_effect(post: Post, database: Database) -> None:
    async with _gate_shut(database):
        racing = [asyncio.create_task(post("slow")) for _ in range(20)]
        refused = [await each for each in islice(asyncio.as_completed(racing), 19)]
    answers = await asyncio.gather(*racing)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    assert {answer.json()["code"] for answer in refused} == {"idempotency_key_in_flight"}
    assert await _effects(database) == ["slow"]


async def test_keys_are_forgotten_after_thirty_days(post: Post, database: Database) -> None:
    await post("hello")
    async with database.transaction() as session:
        assert await idempotency.sweep(session, now=NOW + timedelta(days=30)) == 0
        assert await idempotency.sweep(session, now=NOW + timedelta(days=30, seconds=1)) == 1
    assert (await post("hello")).json()["effects"] == 2
