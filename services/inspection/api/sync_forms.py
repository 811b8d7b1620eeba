"""What a device sends once its link is back.

A record that cannot be read holds up no other: it is told and kept like one that is refused.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid5

from pydantic import Field, TypeAdapter, ValidationError, WrapValidator
from pydantic_core import to_json

from services.inspection.api import forms
from services.inspection.api.sync_records import AnyRecordIn, RecordIn
from services.inspection.domain.offline import Name
from shared.errors import Refused
from shared.http import faults
from shared.http.model import Instant, StrictModel, Text

MOST = 1000


@dataclass(frozen=True)
class Unreadable:
    """A record as it was sent, and what is wrong with it."""

    raw: Any
    why: Refused

    @property
    def id(self) -> UUID:
        """The device's id for it if it has one, else one that is always the same for it."""
        try:
            return UUID(self.raw["id"])
        except (TypeError, KeyError, ValueError, AttributeError):
            return uuid5(UUID(int=0), self._text)

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it."""
        return hashlib.sha256(self._text.encode()).hexdigest()

    @property
    def _text(self) -> str:
        return json.dumps(self.raw, sort_keys=True)


_RECORD: TypeAdapter[RecordIn] = TypeAdapter(AnyRecordIn)
_Records = tuple[RecordIn | Unreadable, ...]


def _read_all(value: Any, read: Callable[[Any], _Records]) -> _Records:
    """All at once, or where some cannot be read each by itself."""
    try:
        return read(value)
    except ValidationError:
        if isinstance(value, list) and 0 < len(value) <= MOST:
            return tuple(map(_read, value))
        raise


def _read(value: Any) -> RecordIn | Unreadable:
    try:
        return _RECORD.validate_json(to_json(value))
    except ValidationError as invalid:
        found = invalid.errors(include_input=False, include_url=False)
        return Unreadable(value, faults.of(found, document=value))


class SyncIn(StrictModel):
    """What a device has recorded; `sent_at` is its clock now, by which its skew is known."""

    device: Annotated[str, Text(max=64, pattern=r"[A-Za-z0-9][A-Za-z0-9 ._-]*")]
    sent_at: Instant
    records: Annotated[
        tuple[AnyRecordIn, ...],
        Field(min_length=1, max_length=MOST),
        forms.FROM_LIST,
        WrapValidator(_read_all),
    ]

    def once(self) -> dict[Name, AnyRecordIn | Unreadable]:
        """Each record once, in their order."""
        return {(each.id, each.digest): each for each in self.records}
