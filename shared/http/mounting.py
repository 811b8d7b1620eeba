"""Applications under path prefixes of another."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http.limits import Caps, Limits
from shared.http.request_id import RequestId


class Mounted:
    """ASGI middleware: hands a request under a prefix to that prefix's application.

    Starlette's own mount comes after all of the outer application's middleware and routes, which
    would then run for every request before the inner one's do.
    """

    def __init__(self, app: ASGIApp, *, apps: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is under no prefix."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        prefix, slash, _ = scope["path"][1:].partition("/")
        inner = self.apps.get(f"/{prefix}") if slash else None
        if inner is None:
            await self.app(scope, receive, send)
            return
        outer_root = scope.get("root_path", "")
        below = {
            "app_root_path": scope.get("app_root_path", outer_root),
            "root_path": f"{outer_root}/{prefix}",
        }
        await inner({**scope, **below}, receive, send)


class Front:
    """An application with others under its prefixes: request id and caps first, once for all.

    A request for one of the others takes nothing else of the outer one's way.
    """

    def __init__(
        self, outer: FastAPI, *, apps: Mapping[str, ASGIApp], caps: Caps | None = None
    ) -> None:
        self.outer = outer
        self.state = outer.state
        self._first = RequestId(Limits(Mounted(outer, apps=apps), caps=caps))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await self._first(scope, receive, send)
