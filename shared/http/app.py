"""One application with everything of the HTTP kit in the right order."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from shared.http import catalogue, direct, handlers, limits, openapi, request_id, undocumented


def create(
    title: str,
    *,
    version: str,
    routers: Sequence[APIRouter] = (),
    middleware: Sequence[Middleware] = (),
    additions: tuple[openapi.Addition, ...] = (),
    caps: limits.Caps | None = None,
    **fastapi: Any,
) -> FastAPI:
    """A FastAPI application that answers every error with a problem.

    `middleware` (metrics, request log) runs inside of the request id and outside of the error
    handling, so that it sees every answer, 500 included. `additions` complete the OpenAPI
    document. `routers` are kept as long as the process lives: a router of one application alone
    is included in what is returned. Other keywords go to FastAPI, such as `lifespan`.
    """
    app = FastAPI(
        title=title,
        version=version,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[undocumented.REFUSED],
        # Traces and metrics of requests are ours; FastAPI's would look for a provider each time.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=[
            Middleware(request_id.RequestId),
            *middleware,
            Middleware(handlers.Failures),
            Middleware(limits.Limits, caps=caps),
            Middleware(direct.Directly, routers=routers),
        ],
        **fastapi,
    )
    handlers.install(app)
    openapi.document(app, additions=additions)
    for router in (*routers, catalogue.router):
        app.router.routes.extend(_guarded(router))
    return app


_GUARDED: dict[int, APIRouter] = {}
"""By the address of the router that each includes, and so keeps."""


def _guarded(router: APIRouter) -> Sequence[BaseRoute]:
    """Its routes as each application has them: FastAPI builds them anew for each inclusion."""
    guarded = _GUARDED.get(id(router))
    if guarded is None:
        guarded = _GUARDED[id(router)] = APIRouter(dependencies=[undocumented.REFUSED])
        guarded.include_router(router)
    return guarded.routes
