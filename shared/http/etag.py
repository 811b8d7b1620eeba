"""Entity tags: what is read has one, and a request may be made for that state alone.

RFC 9110, sections 8.8.3 and 13. A tag is strong: it stands for every value that the answer shows.

    @router.get("/{filing_id}", dependencies=[etag.READING])
    return etag.answer(request, tag_of(filing), FilingOut.of(filing))

    @router.post("/{filing_id}/amend", dependencies=[etag.CHANGING])
    etag.require(request, tag_of(filing))  # while the filing is locked
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.datastructures import Headers

from shared.http import refusals

IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
CACHED = {"Cache-Control": "private, no-cache"}
"""Kept by the client alone, and asked for again each time."""

PATTERN = r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$'
"""What a client should send, for documents."""

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t]*(?:{_TAG}[ \t]*)?(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Conditional:
    """Marks operations that take a condition; `openapi.document` finds it in the routes.

    `tagged`: what they answer has the tag.
    """

    headers: tuple[str, ...]
    tagged: bool = True

    async def __call__(self) -> None:
        """Nothing: `answer` and `require` read the headers."""


READING = Depends(Conditional((IF_NONE_MATCH,)))
CHANGING = Depends(Conditional((IF_MATCH,)))
CHANGING_A_PART = Depends(Conditional((IF_MATCH,), tagged=False))
"""For a route's `dependencies=[...]`: its OpenAPI operation names the headers."""


def strong(*parts: int) -> str:
    """The tag of a state that these counts tell from every other one of the same thing."""
    return f'"{".".join(map(str, parts))}"'


def require(request: Request, current: str) -> None:
    """Hold a request to its conditions on the state that has the tag `current`.

    Raises `PreconditionFailed` (412), or `EntityTagsMalformed` (400).
    """
    wanted = _given(request.headers, IF_MATCH)
    if wanted is not None and "*" not in wanted and current not in wanted:
        raise refusals.PreconditionFailed(current=current)
    if request.method not in _READING and _known(request.headers, current):
        raise refusals.PreconditionFailed(current=current)


def answer(request: Request, current: str, body: BaseModel) -> Response:
    """200 with the tag, or 304 without a body for a client that has this state already.

    Raises as `require` does.
    """
    require(request, current)
    headers = {"ETag": current, **CACHED}
    if _known(request.headers, current):
        return Response(status_code=304, headers=headers)
    return Response(to_json(body, by_alias=True), 200, headers, "application/json")


def _known(headers: Headers, current: str) -> bool:
    """Whether `If-None-Match` names this state; by the weak comparison."""
    known = _given(headers, IF_NONE_MATCH)
    return known is not None and ("*" in known or current in _opaque(known))


def _opaque(tags: Sequence[str]) -> list[str]:
    return [each.removeprefix("W/") for each in tags]


def _given(headers: Headers, name: str) -> Sequence[str] | None:
    """The tags that a header names, as they are written, or `*`; None if it is not there."""
    lines = headers.getlist(name)
    if not lines:
        return None
    said = ",".join(lines).strip(" \t")
    if said == "*":
        return ["*"]
    found = re.findall(_TAG, said)
    if not found or not _LIST.fullmatch(said):
        raise refusals.EntityTagsMalformed(header=name)
    return found
