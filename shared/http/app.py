"""One application with everything of the HTTP kit in the right order."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from shared.http import catalogue, handlers, limits, openapi, request_id, undocumented


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
    document. Other keywords go to FastAPI, such as `lifespan`.
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
        ],
        **fastapi,
    )
    handlers.install(app)
    openapi.document(app, additions=additions)
    for router in (*routers, catalogue.router):
        app.include_router(router)
    return app
