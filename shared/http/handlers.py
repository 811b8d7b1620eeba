"""Every error that leaves a route becomes a problem here."""

import errno
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import errors
from shared.http import faults, problem, refusals

log = structlog.get_logger(__name__)

_CONNECTION = (
    exc.InterfaceError,
    exc.OperationalError,
    exc.TimeoutError,
    asyncpg.InterfaceError,
    # What asyncpg says of a connection that the database has ended and that is not yet closed.
    asyncpg.InternalClientError,
)
_FILES = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError)
# PostgreSQL error codes, appendix A: classes 08, 57P and 53 (connections) mean "away"; the
# second set means that this transaction lost to another and can be tried again.
_AWAY_STATES = ("08", "57P", "53300")
_BUSY_STATES = ("40001", "40P01", "55P03", "57014")
_FULL_STATES = ("53100",)
_FULL_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT})


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem: refused rules, bad requests, a lost database.

    What is left is a bug: `Failures`, outside of these handlers, answers it with a plain 500.
    """
    for kind, handler in _EXPECTED.items():
        app.add_exception_handler(kind, handler)


async def of_expected(request: Request, error: Exception) -> Response | None:
    """The answer to an error that `install` answers; None: it is a failure."""
    for kind, handler in _EXPECTED.items():
        if isinstance(error, kind):
            return await handler(request, error)
    return None


class Failures:
    """ASGI middleware: what no handler took is logged and answered without details.

    503 where the database is away, busy or full, else 500. Raises on only when the answer had
    already begun: the server then cuts the connection, so that no client takes half for whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; turn an exception into an answer."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as failed:
            if started or scope["type"] != "http":
                raise
            answer = of_failure(failed)
            log.exception("request_failed", code=answer.code, path=scope["path"])
            await problem.response(answer, scope)(scope, receive, send)


def of_failure(failed: BaseException) -> errors.Refused:
    """What to tell the client about an exception that is no refused rule."""
    if isinstance(failed, errors.Refused):
        return failed
    causes = list(_causes(failed))
    states = [str(getattr(each, "sqlstate", None) or "") for each in causes]
    numbers = [each.errno for each in causes if isinstance(each, OSError)]
    if not _FULL_NUMBERS.isdisjoint(numbers) or _any(states, _FULL_STATES):
        return refusals.StorageFull()
    if _any(states, _BUSY_STATES):
        return refusals.DatabaseBusy()
    if _any(states, _AWAY_STATES) or any(_is_away(each) for each in causes):
        return refusals.DatabaseUnavailable()
    return refusals.InternalError()


def _is_away(failed: BaseException) -> bool:
    if isinstance(failed, exc.DBAPIError) and failed.connection_invalidated:
        return True
    return isinstance(failed, (*_CONNECTION, OSError)) and not isinstance(failed, _FILES)


def _causes(failed: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while failed is not None and id(failed) not in seen:
        seen.add(id(failed))
        yield failed
        failed = failed.__cause__


def _any(states: Sequence[str], prefixes: tuple[str, ...]) -> bool:
    return any(state.startswith(prefixes) for state in states)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, errors.Refused):
        raise error
    headers: dict[str, str] = getattr(error, "headers", {})
    return problem.response(error, request.scope, headers=headers)


async def _bad_parameters(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found: Any = error.errors()
    return problem.response(faults.of(found), request.scope)


async def _gone(request: Request, _error: Exception) -> Response:
    return problem.response(refusals.ClientDisconnected(), request.scope)


_BY_STATUS: dict[int, type[errors.Refused]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: refusals.NoSuchPath,
    405: refusals.MethodNotAllowed,
    413: refusals.BodyTooLarge,
    415: refusals.UnsupportedMediaType,
}


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = error.status_code
    if status < 400:
        return Response(status_code=status, headers=error.headers)
    other = refusals.BadRequest if status < 500 else refusals.InternalError
    refused = _BY_STATUS.get(status, other)()
    return problem.response(refused, request.scope, status=status, headers=error.headers)


_EXPECTED: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    errors.Refused: _refused,
    RequestValidationError: _bad_parameters,
    HTTPException: _http,
    ClientDisconnect: _gone,
}
