"""Applications under path prefixes of another."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


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
