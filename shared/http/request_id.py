"""The request id: the client's if well formed, else made; in logs, answers and problems."""

import re

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import ids

SCOPE_KEY = "onestop.request_id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


def of(scope: Scope) -> str:
    """The request's id; "" outside of the middleware."""
    return str(scope.get(SCOPE_KEY, ""))


class RequestId:
    """ASGI middleware: gives every request its id and returns it as `X-Request-Id`."""

    def __init__(self, app: ASGIApp, *, new_id: ids.Ids = ids.uuid7) -> None:
        self.app = app
        self.new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what already has an id (an app mounted in another)."""
        if scope["type"] != "http" or SCOPE_KEY in scope:
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _WELL_FORMED.fullmatch(given) else self.new_id().hex
        scope[SCOPE_KEY] = request_id

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        # What `bound_contextvars` does, at a fraction of its cost.
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self.app(scope, receive, named)
        finally:
            structlog.contextvars.reset_contextvars(**bound)
