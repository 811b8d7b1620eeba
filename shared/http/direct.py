"""Routes of the hot path: they are found by their path, and what they depend on is called directly.

FastAPI's ways to a route and from there to its endpoint are made for every kind of path and
parameter, and cost some twentieth and some tenth of what a filing does. Endpoint and dependencies
of these routes take the request and each other's results, nothing else. They are documented as
every other:

    router = APIRouter(route_class=DirectRoute)
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http import handlers, undocumented

Call = Callable[[Request], Awaitable[Any]]


class DirectRoute(APIRoute):
    """A route whose endpoint answers with a Response, without FastAPI's solving.

    Raises TypeError, when it is made, for a parameter that it has no way to give.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request; for FastAPI."""
        call = _call_of(self.dependant)

        async def answer(request: Request) -> Response:
            await undocumented.refuse(request)
            response: Response = await call(request)
            return response

        return answer


class Directly:
    """ASGI middleware, the innermost: answers requests for direct routes, passes on all others."""

    def __init__(self, app: ASGIApp, *, routers: Iterable[APIRouter]) -> None:
        self.app = app
        self._routes = {
            (method, route.path): (route, route.get_route_handler())
            for router in routers
            for route in router.routes
            if isinstance(route, DirectRoute)
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application would: errors that it expects are problems."""
        found = self._routes.get(_asked_for(scope)) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        scope["route"], answer = found
        request = Request(scope, receive, send)
        try:
            response = await answer(request)
        except Exception as error:
            told = await handlers.of_expected(request, error)
            if told is None:
                raise
            response = told
        await response(scope, receive, send)


def _asked_for(scope: Scope) -> tuple[str, str]:
    """Method, and path within the application, which may be mounted in another."""
    return scope["method"], scope["path"].removeprefix(scope.get("root_path", ""))


def _call_of(dependant: Dependant) -> Call:
    takes = dependant.call
    if takes is None or not _is_async(takes) or _takes_more(dependant):
        raise TypeError(f"{takes!r} takes more than the request and what it depends on")
    before = [(each.name, _call_of(each)) for each in dependant.dependencies]
    asked = dependant.request_param_name

    async def call(request: Request) -> Any:
        values: dict[str, Any] = {} if asked is None else {asked: request}
        for name, needed in before:
            found = await needed(request)
            if name is not None:
                values[name] = found
        return await takes(**values)

    return call


def _is_async(takes: Callable[..., Any]) -> bool:
    return iscoroutinefunction(takes) or iscoroutinefunction(type(takes).__call__)


def _takes_more(dependant: Dependant) -> bool:
    return bool(
        dependant.path_params
        or dependant.query_params
        or dependant.header_params
        or dependant.cookie_params
        or dependant.body_params
        or dependant.http_connection_param_name
        or dependant.response_param_name
        or dependant.background_tasks_param_name
        or dependant.security_scopes_param_name
    )
