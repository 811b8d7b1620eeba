"""Routes whose endpoint and dependencies are called without FastAPI's solving."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.auth.errors import TokenMissing
from shared.http import app
from shared.http.direct import DirectRoute, LookRoute
from shared.telemetry.requests import template


async def _asked(request: Request) -> str:
    return request.headers["asked"]


Asked = Annotated[str, Depends(_asked)]


async def _twice(asked: Asked) -> str:
    return 2 * asked


def _client(*routers: APIRouter) -> httpx.AsyncClient:
    api = app.create("Notes", version="1", routers=routers)
    return httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test")


async def test_an_endpoint_gets_what_it_depends_on_and_what_that_depends_on() -> None:
    router = APIRouter(route_class=DirectRoute)

    @router.post("/notes")
    async def note(asked: Asked, twice: Annotated[str, Depends(_twice)]) -> Response:
        return Response(f"{asked} {twice}")

    async with _client(router) as client:
        answer = await client.post("/notes", headers={"asked": "so"})
    assert answer.text == "so soso"


async def test_what_no_document_names_is_refused() -> None:
    router = APIRouter(route_class=DirectRoute)

    @router.post("/notes")
    async def note(asked: Asked) -> Response:
        return Response(asked)

    async with _client(router) as client:
        named = await client.post("/notes?dry=1", headers={"asked": "so"})
        sent = await client.post("/notes", headers={"asked": "so"}, json={"said": "so"})
    assert [each.status_code for each in (named, sent)] == [422, 422]


async def test_a_direct_route_is_answered_without_fastapis_router_and_others_by_it() -> None:
    router = APIRouter(route_class=DirectRoute, prefix="/notes")
    seen: list[tuple[str, bool]] = []

    @router.post("")
    async def note(request: Request) -> Response:
        seen.append((template(request.scope), "fastapi_inner_astack" in request.scope))
        return Response(status_code=201)

    other = APIRouter()

    @other.get("/notes")
    async def notes(request: Request) -> None:
        seen.append((template(request.scope), "fastapi_inner_astack" in request.scope))

    async with _client(router, other) as client:
        told = [await client.request(method, "/notes") for method in ("POST", "GET", "PUT")]
        away = await client.post("/notes/")
    assert [each.status_code for each in (*told, away)] == [201, 200, 405, 404]
    assert seen == [("/notes", False), ("/notes", True)]


@pytest.mark.parametrize(("failed", "status"), [(TokenMissing(), 401), (KeyError("a bug"), 500)])
async def test_what_a_direct_route_raises_is_a_problem(failed: Exception, status: int) -> None:
    router = APIRouter(route_class=DirectRoute)

    @router.post("/notes")
    async def note(request: Request) -> Response:
        raise failed

    async with _client(router) as client:
        answer = await client.post("/notes")
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("www-authenticate" in answer.headers) is (status == 401)


def _not_async(request: Request) -> str:
    return str(request.url)


async def test_a_route_that_takes_what_it_cannot_be_given_is_not_made() -> None:
    router = APIRouter(route_class=DirectRoute)
    with pytest.raises(TypeError, match="takes more than the request"):

        @router.get("/notes/{number}")
        async def read(number: int) -> Response:
            return Response(str(number))

    with pytest.raises(TypeError, match="takes more than the request"):

        @router.get("/urls")
        async def url(said: Annotated[str, Depends(_not_async)]) -> Response:
            return Response(said)


class NoteOut(BaseModel):
    """A note that was looked at, and how."""

    id: UUID
    tags: tuple[str, ...]
    since: datetime | None
    most: int
    directly: bool


NOTE = "00000000-0000-0000-0000-0000000000AB"
Tags = Annotated[tuple[str, ...], Query(alias="tag", max_length=2)]


def _looks(route_class: type[APIRoute]) -> APIRouter:
    router = APIRouter(route_class=route_class)

    @router.get("/notes/{note_id}/read")
    async def read(
        request: Request,
        asked: Asked,
        note_id: UUID,
        tags: Tags = (),
        since: Annotated[datetime | None, Query(alias="from")] = None,
        most: Annotated[int, Query(ge=1)] = 5,
    ) -> NoteOut:
        directly = "fastapi_inner_astack" not in request.scope
        assert template(request.scope) == "/notes/{note_id}/read"
        return NoteOut(id=note_id, tags=tags, since=since, most=most, directly=directly)

    return router


@pytest.mark.parametrize(
    "query", ["", "?tag=a&tag=b&from=2026-03-02T00:00:00Z&most=7", "?most=1&most=2", "?tag="]
)
async def test_a_look_that_is_well_formed_is_answered_directly_and_alike(query: str) -> None:
    told = []
    for route_class in (LookRoute, APIRoute):
        async with _client(_looks(route_class)) as client:
            answer = await client.get(f"/notes/{NOTE}/read{query}", headers={"asked": "so"})
        told.append(answer)
    assert [each.json()["directly"] for each in told] == [True, False]
    assert told[0].text == told[1].text.replace('"directly":false', '"directly":true')
    assert told[0].headers["content-type"] == told[1].headers["content-type"]
    assert told[0].status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"/notes/{NOTE}/read?most=0",
        f"/notes/{NOTE}/read?tag=a&tag=b&tag=c",
        f"/notes/{NOTE}/read?from=soon",
        f"/notes/{NOTE}/read?moot=1",
        "/notes/x/read",
        "/notes/%00/read",
        f"/notes/{NOTE}/read/",
        f"/notes/{NOTE}",
    ],
)
async def test_a_look_that_is_not_is_told_what_fastapi_tells(path: str) -> None:
    told = []
    for route_class in (LookRoute, APIRoute):
        async with _client(_looks(route_class)) as client:
            answer = await client.get(path, headers={"asked": "so"})
        told.append((answer.status_code, answer.json()["errors"]))
    assert told[0] == told[1]
    assert told[0][0] in (400, 404, 422)


async def test_a_look_takes_path_and_query_alone() -> None:
    router = APIRouter(route_class=LookRoute)
    with pytest.raises(TypeError, match="takes more than path, query"):

        @router.get("/notes/{number}")
        async def read(number: int, asked: Annotated[str, Header()]) -> NoteOut:
            raise AssertionError((number, asked))
