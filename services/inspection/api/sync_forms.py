"""What a device sends once its link is back.

A record that cannot be read holds up no other: it is told and kept like one that is refused.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID, uuid5

from pydantic import UUID7, Field, TypeAdapter, ValidationError, WrapValidator
from pydantic_core import to_json

from services.inspection.api import forms
from services.inspection.api.checklists import AnswerIn
from services.inspection.api.sampling import DrawIn
from services.inspection.api.tracking import HandleIn
from services.inspection.api.treating import TreatedIn
from services.inspection.domain import ordering, treating
from services.inspection.domain.offline import Name
from services.inspection.domain.steps import Came, Found, Joined, Left, Opened, What
from shared.errors import Refused
from shared.http import faults
from shared.http.model import Instant, StrictModel, Text

MOST = 1000


class RecordIn(StrictModel):
    """A record: the device's id for it (UUIDv7), its case, and the device's time."""

    id: UUID7
    case_id: UUID
    at: Instant

    @property
    def digest(self) -> str:
        """The SHA-256 of all but the id."""
        return hashlib.sha256(self.model_dump_json(exclude={"id"}).encode()).hexdigest()


class ResultRecordIn(RecordIn):
    """An answer to an item of the checklist."""

    kind: Literal["result"]
    data: AnswerIn

    def what(self) -> What:
        """As the domain says it."""
        return self.data.value(self.id)


class FindingRecordIn(RecordIn):
    """Something that was found."""

    kind: Literal["finding"]
    data: forms.FindingIn

    def what(self) -> What:
        """As the domain says it."""
        return Found(self.data.value(), self.at)


class HandleRecordIn(RecordIn):
    """A step that was done to containers."""

    kind: Literal["handle"]
    data: HandleIn

    def what(self) -> What:
        """As the domain says it."""
        return self.data.value()


class SampleRecordIn(RecordIn):
    """A sample that was drawn."""

    kind: Literal["sample"]
    data: DrawIn

    def what(self) -> What:
        """As the domain says it."""
        return self.data.value()


class OpenedIn(StrictModel):
    """A second opening has a reason."""

    reason: forms.Reason | None = None


class OpenRecordIn(RecordIn):
    """The container was opened."""

    kind: Literal["open"]
    data: OpenedIn

    def what(self) -> What:
        """As the domain says it."""
        return Opened(self.data.reason)


class JoinRecordIn(RecordIn):
    """The own agency came to the open container."""

    kind: Literal["join"]
    data: forms.JoinIn

    def what(self) -> What:
        """As the domain says it."""
        return Joined()


class ComeRecordIn(RecordIn):
    """Officers of the own agency came to the container."""

    kind: Literal["come"]
    data: forms.OfficersIn

    def what(self) -> What:
        """As the domain says it."""
        return Came(self.data.officers, self.at)


class LeaveRecordIn(RecordIn):
    """They left it."""

    kind: Literal["leave"]
    data: forms.OfficersIn

    def what(self) -> What:
        """As the domain says it."""
        return Left(self.data.officers, self.at)


class TreatmentNumberedIn(TreatedIn):
    """Of the treatment `number` of the own section."""

    number: Annotated[int, Field(ge=1, le=ordering.MOST)]

    def what(self) -> What:
        """As the domain says it."""
        return treating.Result(**self.model_dump())


class TreatmentRecordIn(RecordIn):
    """What became of a treatment."""

    kind: Literal["treatment"]
    data: TreatmentNumberedIn

    def what(self) -> What:
        """As the domain says it."""
        return self.data.what()


AnyRecordIn: TypeAlias = Annotated[
    ResultRecordIn
    | FindingRecordIn
    | HandleRecordIn
    | SampleRecordIn
    | OpenRecordIn
    | JoinRecordIn
    | ComeRecordIn
    | LeaveRecordIn
    | TreatmentRecordIn,
    Field(discriminator="kind"),
]


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
