"""Strict reading of JSON bodies: capped bytes, well-formed JSON, then one validation.

FastAPI's own body parameters answer 500 to some hostile input and take what they should not
(duplicate keys, NUL, `1E+999999`), so a route declares its body like this:

    draft: Annotated[FilingIn, json_body(FilingIn)]

Put the parameter that checks the token before it: dependencies are solved in order.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from shared import errors
from shared.http import faults, jsontext, lengths, refusals

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")
LARGE = 16 * 1024
"""Bytes: a filing of some fifty goods lines."""
_JSON = re.compile(r'application/json\s*(;\s*charset="?utf-?8"?\s*)?', re.IGNORECASE | re.ASCII)

_XML = re.compile(
    r"(?:application|text)/xml\s*(?:;\s*charset=\"?(?P<charset>[A-Za-z0-9._-]{1,40})\"?\s*)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Body:
    """A dependency that reads a JSON body as `model`; `openapi.document` finds it in the routes."""

    model: type[BaseModel]


@dataclass(frozen=True)
class OtherBody:
    """A dependency that reads a body of other media types, for `openapi.document` and readers."""

    media_types: tuple[str, ...]


@dataclass(frozen=True)
class JsonBody(Body):
    """Reads a body as it is, or refuses it."""

    async def __call__(self, request: Request) -> BaseModel:
        """Read, check and validate.

        Raises `UnsupportedMediaType` (415), `MalformedJson` (400) or `Faults` (422, all at once).
        """
        raw = await raw_json(request)
        return await beside(raw, partial(parse, self.model, raw))


async def beside(raw: bytes, work: Callable[[], Result]) -> Result:
    """Do something with a body: with a large one in a thread, so that others are served meanwhile.

    Raises what `work` does.
    """
    return work() if len(raw) < LARGE else await asyncio.to_thread(work)


def json_body(model: type[BaseModel]) -> Any:
    """The marker of a route's JSON body: `draft: Annotated[FilingIn, json_body(FilingIn)]`."""
    return Depends(JsonBody(model))


async def raw_json(request: Request) -> bytes:
    """A body that says that it is JSON. Raises `UnsupportedMediaType` (415)."""
    _require_json(request)
    return await request.body()


async def raw_xml(request: Request) -> tuple[bytes, str | None]:
    """A body that says that it is XML, and its charset. Raises `UnsupportedXmlType` (415)."""
    media_type = request.headers.get("content-type", "").strip()
    encoding = request.headers.get("content-encoding", "identity")
    told = _XML.fullmatch(media_type)
    if encoding != "identity" or told is None:
        raise refusals.UnsupportedXmlType
    return await request.body(), told["charset"]


async def raw_file(request: Request, *, taken: tuple[str, ...]) -> tuple[bytes, str]:
    """A file and its media type, without parameters. Raises `UnsupportedFileType` (415)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity" or media_type not in taken:
        raise refusals.UnsupportedFileType(taken=list(taken))
    return await request.body(), media_type


def parse(model: type[Model], raw: bytes) -> Model:
    """Validate JSON text as `model`. Raises `MalformedJson` or `Faults`."""
    document = jsontext.parse(raw)
    kept, too_long = lengths.cut(model, raw)
    try:
        read = model.model_validate_json(kept)
    except ValidationError as invalid:
        found = invalid.errors(include_input=False, include_url=False)
        told = faults.of(found, document=document)
        raise errors.Faults(*too_long, *told.faults, left_out=told.left_out) from None
    if too_long:
        raise errors.Faults(*too_long)
    return read


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").strip()
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity" or not _JSON.fullmatch(media_type):
        raise refusals.UnsupportedMediaType
