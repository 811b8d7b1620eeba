"""Routes whose endpoint and dependencies are called without FastAPI's solving."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, Request, Response

from shared.auth.errors import TokenMissing
from shared.http import app
from shared.http.direct import DirectRoute
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
