"""Cursor paging: a page, and where the next one starts.

    KEY = TypeAdapter(tuple[KeyMoment, UUID])
    ...
    rows = await queries.filings(session, after=decode_cursor(cursor, KEY), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (row.accepted_at, row.id))

The cursor is the last row's sort key; it is opaque to clients and checked when it comes back:
moments as `KeyMoment` and numbers as `KeyNumber`, since the database does not take any.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared import errors
from shared.http import faults, jsontext
from shared.http.model import FIRST_YEAR, LAST_YEAR

Item = TypeVar("Item")
Key = TypeVar("Key")

Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most; 50 unless told.")]
DEFAULT_LIMIT = 50
LAST_NUMBER = 2_147_483_647
After = Annotated[int, Query(ge=0, le=LAST_NUMBER)]
"""The number of the last item seen, of a list that is numbered from 1; 0: none."""
KeyNumber = Annotated[int, Field(ge=0, le=LAST_NUMBER)]
"""The number of an item in a cursor."""


def _of_our_years(moment: datetime) -> datetime:
    """Raises ValueError for what the database may not take."""
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError("no moment that a cursor is made of")
    return moment


KeyMoment = Annotated[datetime, AfterValidator(_of_our_years)]
"""A moment in a cursor, with its offset; years 1990 to 2100."""
Cursor = Annotated[str | None, Query(max_length=1024, description="`next` of the page before.")]


class Page(BaseModel, Generic[Item]):
    """Some items, and the cursor of the next page (null on the last)."""

    items: list[Item]
    next: str | None = None


def page(rows: Sequence[Item], *, limit: int, key: Callable[[Item], object]) -> Page[Item]:
    """The page of `rows`, of which the caller fetched one more than `limit`."""
    more = len(rows) > limit
    shown = list(rows[:limit])
    return Page(items=shown, next=encode_cursor(key(shown[-1])) if more else None)


def numbered(items: Sequence[Item], *, limit: int, number: Callable[[Item], int]) -> Page[Item]:
    """The page of a numbered list, of which the caller fetched one more than `limit`.

    `next` is the `after` of the page that follows.
    """
    shown = list(items[:limit])
    more = len(items) > limit
    return Page(items=shown, next=str(number(shown[-1])) if more else None)


def encode_cursor(key: object) -> str:
    """The cursor for a sort key of JSON-able values (UUID, aware datetime and Decimal too)."""
    return base64.urlsafe_b64encode(to_json(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, shape: TypeAdapter[Key]) -> Key | None:
    """The sort key in a client's cursor, read by `shape`.

    Raises `Faults` (422, `bad_cursor` at /query/cursor) for what `encode_cursor` did not make.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        jsontext.parse(raw)
        return shape.validate_json(raw, strict=True)
    except (binascii.Error, ValueError, ValidationError, errors.Refused):
        raise errors.Faults(faults.fault(faults.BAD_CURSOR, pointer="/query/cursor")) from None
