"""By what filings are looked for: the parameters of lists and exports, and the cursor of a list."""

import hashlib
from collections.abc import Callable
from dataclasses import astuple
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Discriminator, Field, Tag, TypeAdapter, ValidationInfo
from pydantic import field_validator as validator

from services.declaration.domain import sought, terms
from services.declaration.domain.moves import Status
from services.declaration.finding import Place, Wanted
from shared import errors
from shared.auth import guard
from shared.auth.principal import Principal
from shared.http import catalogue, faults, paging
from shared.http.model import Day, Instant, Text, finding
from shared.http.query import Parameters

catalogue.teach(sought.RULES)
_CURSOR = TypeAdapter(tuple[paging.KeyMoment, UUID, str])


class CursorOfAnotherQuery(errors.Malformed):
    """The cursor belongs to another query: its filters were others, or its caller."""

    zh = "该游标属于另一查询：筛选条件或调用者不同。"
    mend = "Send the filters of the first page with it, or start again without a cursor."
    mend_zh = "请与首页的筛选条件一并提交，或去掉游标从头开始。"


def _told(error: errors.Faults) -> Exception:
    """The one fault of a value, as pydantic carries it to where the value was sent."""
    (fault,) = error.faults
    said = {"mend": fault.mend_en, "mend_zh": fault.mend_zh}
    return finding(fault.code, en=fault.en, zh=fault.zh, **said, **fault.facts)


def _read(by: Callable[[str], str]) -> AfterValidator:
    def read(text: str) -> str:
        try:
            return by(text)
        except errors.Faults as error:
            raise _told(error) from None

    return AfterValidator(read)


def _cursor(text: str) -> str:
    paging.decode_cursor(text, _CURSOR)
    return text


def _kind(value: Any) -> str:
    return "day" if isinstance(value, str) and len(value) == len("2026-07-01") else "moment"


Identifier = Annotated[str, Text(max=100)]
When = Annotated[
    Annotated[Day, Tag("day")] | Annotated[Instant, Tag("moment")], Discriminator(_kind)
]


class FilterIn(Parameters):
    """What filings must have; all of it applies. Left out: whatever they have."""

    number: Annotated[Identifier, _read(sought.number)] | None = Field(
        default=None, description="The receipt number, 18 digits."
    )
    reference: Annotated[str, Text(max=1000)] | None = Field(
        default=None, description="The broker's own reference, to the letter."
    )
    container: Annotated[Identifier, _read(sought.container)] | None = Field(
        default=None, description="A container's number (ISO 6346)."
    )
    bill_of_lading: Annotated[str, Text(max=1000), AfterValidator(terms.bill)] | None = Field(
        default=None,
        description="The bill of lading; case, width, spaces and hyphens do not count.",
    )
    company: Annotated[Identifier, _read(sought.company)] | None = Field(
        default=None,
        description="The unified social credit code of broker, consignee or consignor, or owner.",
    )
    status: Status | None = None
    accepted_from: When | None = Field(
        default=None, description="From this day of the yard's calendar, or from this moment on."
    )
    accepted_to: When | None = Field(
        default=None, description="To the end of this day, or before this moment."
    )
    hs_code: Annotated[Identifier, _read(sought.goods)] | None = Field(
        default=None, description="A goods code of any line: all 10 digits, or the leading 2 to 8."
    )

    @validator("accepted_to")
    @classmethod
    def _in_order(cls, value: Any, info: ValidationInfo) -> Any:
        since = info.data.get("accepted_from")
        if since is not None and type(since) is type(value) and since > value:
            raise _told(errors.Faults(faults.fault(faults.PERIOD, pointer="")))
        return value

    def wanted(self, who: Principal, *, zone: ZoneInfo) -> Wanted:
        """What is looked for, among the caller's own if it sees no others. Raises Faults."""
        since = None if self.accepted_from is None else _moment(self.accepted_from, zone)
        until = None if self.accepted_to is None else _moment(self.accepted_to, zone, days=1)
        if since is not None and until is not None and since > until:
            raise errors.Faults(faults.fault(faults.PERIOD, pointer="/query/accepted_to"))
        return Wanted(
            broker=guard.limited_to(who),
            number=self.number,
            reference=self.reference,
            status=self.status,
            since=since,
            until=until,
            terms=tuple(term for term in (self.container, self.bill_of_lading) if term),
            shared=tuple(term for term in (self.hs_code, self.company) if term),
        )


class FindIn(FilterIn):
    """A page of what is looked for."""

    cursor: Annotated[str, Field(max_length=1024), _read(_cursor)] | None = Field(
        default=None, description="`next` of the page before, with the same filters."
    )
    limit: int = Field(
        default=paging.DEFAULT_LIMIT, ge=1, le=200, description="How many items at most."
    )


def cursor_of(wanted: Wanted, place: Place) -> str:
    """The cursor that goes on after a place with the same query."""
    return paging.encode_cursor((place.at, place.id, _digest(wanted)))


def place_of(cursor: str | None, wanted: Wanted) -> Place | None:
    """Where a cursor of this query goes on. Raises CursorOfAnotherQuery, Faults."""
    found = paging.decode_cursor(cursor, _CURSOR)
    if found is None:
        return None
    at, id_, digest = found
    if digest != _digest(wanted):
        raise CursorOfAnotherQuery(pointer="/query/cursor")
    return Place(at, id_)


def _digest(wanted: Wanted) -> str:
    return hashlib.blake2s(repr(astuple(wanted)).encode(), digest_size=8).hexdigest()


def _moment(when: date | datetime, zone: ZoneInfo, *, days: int = 0) -> datetime:
    """A moment (UTC); of a day its beginning in the zone, or that of so many days later."""
    if isinstance(when, datetime):
        return when
    return datetime.combine(when + timedelta(days=days), time(), zone).astimezone(UTC)
