"""Problem details (RFC 9457), in English and Chinese, with stable codes.

The status of an error is decided here and nowhere else, by its nearest base class in `STATUS`.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from starlette.responses import Response
from starlette.types import Scope

from shared import errors
from shared.contracts.values import Said
from shared.http import faults, refusals, request_id

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[errors.Refused], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    refusals.MethodNotAllowed: 405,
    refusals.HeadTimeout: 408,
    refusals.BodyTimeout: 408,
    errors.Conflict: 409,
    refusals.PreconditionFailed: 412,
    refusals.BodyTooLarge: 413,
    refusals.UrlTooLong: 414,
    refusals.UnsupportedMediaType: 415,
    errors.Invalid: 422,
    refusals.TooManyRequests: 429,
    refusals.HeadTooLarge: 431,
    refusals.InternalError: 500,
    errors.Unavailable: 503,
    errors.Refused: 400,
}


class ProblemError(BaseModel):
    """One broken rule; `pointer` leads into the body, or begins with /query, /path, /header."""

    code: str
    pointer: str
    detail: Said
    mend: Said
    facts: dict[str, Any] = {}


class Problem(BaseModel):
    """An answer that is not a success. `code` is stable; texts may be improved."""

    type: str
    title: str
    title_zh: str
    status: int
    detail: str
    detail_zh: str
    instance: str
    code: str
    request_id: str
    mend: Said
    errors: list[ProblemError]
    errors_left_out: int = 0


def status_of(error: type[errors.Refused]) -> int:
    """The HTTP status of a kind of error."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def of(error: errors.Refused, scope: Scope, *, status: int | None = None) -> Problem:
    """The problem to answer with. `status` overrides the mapping (other frameworks' errors)."""
    found, left_out = entries(error)
    detail = _summary(found, total=len(found) + left_out)
    return Problem(
        type=f"/problems/{error.code}",
        title=error.en,
        title_zh=error.zh,
        status=status or status_of(type(error)),
        detail=detail.en,
        detail_zh=detail.zh,
        instance=quote(scope["path"][:512]),
        code=error.code,
        request_id=request_id.of(scope),
        mend=Said(en=error.mend, zh=error.mend_zh),
        errors=found,
        errors_left_out=left_out,
    )


def entries(error: errors.Refused) -> tuple[list[ProblemError], int]:
    """The faults of an error as they are told, and how many more there are."""
    told = _faults(error)
    found = [_entry(fault) for fault in told[: faults.MAX_FAULTS]]
    return found, len(told) - len(found) + getattr(error, "left_out", 0)


def response(
    error: errors.Refused,
    scope: Scope,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a refused request; adds `Retry-After` where trying again may help."""
    answer = of(error, scope, status=status)
    retry = {"Retry-After": "2"} if answer.status == 503 else {}
    body = answer.model_dump_json().encode()
    all_headers = {"Cache-Control": "no-store", **retry, **(headers or {})}
    return Response(body, answer.status, all_headers, MEDIA_TYPE)


def _faults(error: errors.Refused) -> tuple[errors.Fault, ...]:
    if isinstance(error, errors.Faults):
        return error.faults
    return (
        errors.Fault(
            code=error.code,
            pointer=error.pointer,
            en=error.en,
            zh=error.zh,
            mend_en=error.mend,
            mend_zh=error.mend_zh,
            facts=error.facts,
        ),
    )


def _entry(fault: errors.Fault) -> ProblemError:
    facts = to_jsonable_python(fault.facts, fallback=str, inf_nan_mode="strings")
    named = "; ".join(f"{name}: {value}" for name, value in facts.items())
    return ProblemError(
        code=fault.code,
        pointer=fault.pointer,
        detail=Said(
            en=f"{fault.en} ({named})" if named else fault.en,
            zh=f"{fault.zh}（{named}）" if named else fault.zh,
        ),
        mend=Said(en=fault.mend_en, zh=fault.mend_zh),
        facts=facts,
    )


def _summary(found: list[ProblemError], *, total: int) -> Said:
    if total == 1:
        return found[0].detail
    return Said(
        en=f"{total} faults; each is listed under errors.",
        zh=f"共 {total} 处错误，逐一列于 errors。",
    )
