"""The desk over HTTP: `/developers` and what it leads to. Nobody needs a token to read it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse

from services.cli.developers import material, pages, postman
from services.cli.registry import BY_NAME
from shared import errors
from shared.clock import Clock
from shared.service import Service


class NothingOnTheDesk(errors.NotFound):
    """The developer's desk has nothing of that name."""

    zh = "开发者页面中没有此内容。"
    mend = "Begin at /developers, which leads to all there is."
    mend_zh = "请从 /developers 开始，其中列出全部内容。"


def router(services: Sequence[Service], *, clock: Clock) -> APIRouter:
    """The desk of the services of this process."""
    desk = APIRouter(prefix="/developers", include_in_schema=False)
    named = {BY_NAME[each.name].prefix[1:]: each for each in services}
    _reading(desk, named)
    _documents(desk, services)
    _beginning(desk, clock)
    return desk


def _reading(desk: APIRouter, named: dict[str, Service]) -> None:
    # Functions that are not async: a page takes a while to make, which is a thread's work.

    @desk.get("")
    def start() -> HTMLResponse:
        return pages.page("start", services=named, tasks=material.tasks())

    @desk.get("/api/{service}")
    def operations(service: str) -> HTMLResponse:
        if service not in named:
            raise NothingOnTheDesk
        document = named[service].api.openapi()
        found = list(postman.operations(document))
        return pages.page("api", prefix=f"/{service}", document=document, operations=found)

    @desk.get("/events")
    def events() -> HTMLResponse:
        return pages.page("events", document=material.events())

    @desk.get("/problems")
    def problems() -> HTMLResponse:
        return pages.page("problems", problems=material.problems())

    @desk.get("/changes")
    def changes() -> HTMLResponse:
        return pages.page("changes", changes=material.changes())

    @desk.get("/tasks")
    def tasks() -> HTMLResponse:
        return pages.page("tasks", tasks=material.tasks(), languages=material.LANGUAGES)


def _documents(desk: APIRouter, services: Sequence[Service]) -> None:
    @desk.get("/tasks/{name}")
    def program(name: str) -> Response:
        text = material.program(name)
        if text is None:
            raise NothingOnTheDesk
        return PlainTextResponse(text)

    @desk.get("/asyncapi.json")
    def asyncapi() -> JSONResponse:
        return JSONResponse(material.events())

    @desk.get("/postman.json")
    def collection() -> JSONResponse:
        return JSONResponse(material.collection(services))


def _beginning(desk: APIRouter, clock: Clock) -> None:
    @desk.get("/filing.json")
    def filing() -> dict[str, Any]:
        return material.filing(now=clock.yard())

    @desk.get("/filings.csv")
    def filings() -> Response:
        return Response(material.filings(now=clock.yard()), media_type="text/csv")
