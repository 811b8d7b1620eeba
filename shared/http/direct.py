"""Routes of the hot path: they are found by their path, and what they depend on is called directly.

FastAPI's ways to a route and from there to its endpoint are made for every kind of path and
parameter, and cost some twentieth and some tenth of what a filing does. Endpoint and dependencies
of these routes take the request and each other's results, nothing else. They are documented as
every other:

    router = APIRouter(route_class=DirectRoute)

A `LookRoute` reads, and takes parameters of path and query too. What is well-formed is answered
directly, all else by FastAPI, which tells what is wrong with it.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from copy import copy
from inspect import iscoroutinefunction
from typing import Any, get_origin

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


class LookRoute(APIRoute):
    """A route that reads, whose endpoint answers with its response model.

    Raises TypeError, when it is made, for a parameter that is none of path or query.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers what is not well-formed; for FastAPI."""
        _Look(self)
        return super().get_route_handler()


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
        self._looks = [
            _Look(route)
            for router in routers
            for route in router.routes
            if isinstance(route, LookRoute)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application would: errors that it expects are problems."""
        found = self._found(scope, receive, send) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        request, answer = found
        try:
            response = await answer(request)
        except Exception as error:
            told = await handlers.of_expected(request, error)
            if told is None:
                raise
            response = told
        await response(scope, receive, send)

    def _found(
        self, scope: Scope, receive: Receive, send: Send
    ) -> tuple[Request, Callable[[Request], Awaitable[Response]]] | None:
        method, path = _asked_for(scope)
        direct = self._routes.get((method, path))
        if direct is not None:
            scope["route"], answer = direct
            return Request(scope, receive, send), answer
        for look in self._looks if method == "GET" else ():
            parts = look.parts(path)
            request = Request(scope, receive, send)
            if parts is not None and (values := look.values(parts, request)) is not None:
                scope["route"], scope["path_params"] = look.route, parts
                return request, look.answering(values)
        return None


class _Look:
    """How a `LookRoute` is answered. Raises TypeError for a parameter that it cannot give."""

    def __init__(self, route: LookRoute) -> None:
        self.route = route
        dependant = route.dependant
        takes = dependant.call
        if takes is None or not _is_async(takes) or _takes_others(dependant):
            raise TypeError(f"{takes!r} takes more than path, query and what it depends on")
        self._takes = takes
        self._before = [(each.name, _call_of(each)) for each in dependant.dependencies]

    def parts(self, path: str) -> dict[str, str] | None:
        """The parts of a path that is the route's."""
        found = self.route.path_regex.match(path)
        return None if found is None else found.groupdict()

    def values(self, parts: dict[str, str], request: Request) -> dict[str, Any] | None:
        """What is asked; None if anything of it is not well-formed."""
        query, values = request.query_params, dict[str, Any]()
        for field in (*self.route.dependant.path_params, *self.route.dependant.query_params):
            told: Any = parts.get(field.alias, query.get(field.alias))
            if get_origin(field.field_info.annotation) in (list, tuple):
                told = query.getlist(field.alias) or None
            if told is None and field.field_info.is_required():
                return None
            if told is None:
                values[field.name] = copy(field.default)
                continue
            values[field.name], wrong = field.validate(told)
            if wrong:
                return None
        return values

    def answering(self, values: dict[str, Any]) -> Callable[[Request], Awaitable[Response]]:
        """What answers a request that asks this."""

        async def answer(request: Request) -> Response:
            await undocumented.refuse(request)
            asked = self.route.dependant.request_param_name
            given = values if asked is None else {**values, asked: request}
            for name, needed in self._before:
                found = await needed(request)
                if name is not None:
                    given[name] = found
            told = await self._takes(**given)
            field = self.route.response_field
            if field is None:
                raise TypeError(f"{self._takes!r} has no response model")
            return Response(field.serialize_json(told), media_type="application/json")

        return answer


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
    return bool(dependant.path_params or dependant.query_params or _takes_others(dependant))


def _takes_others(dependant: Dependant) -> bool:
    return bool(
        dependant.header_params
        or dependant.cookie_params
        or dependant.body_params
        or dependant.http_connection_param_name
        or dependant.response_param_name
        or dependant.background_tasks_param_name
        or dependant.security_scopes_param_name
    )
