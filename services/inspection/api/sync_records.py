"""What a device records without a link, one record of each kind."""

import hashlib
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import UUID7, Field

from services.inspection.api import forms
from services.inspection.api.checklists import AnswerIn
from services.inspection.api.sampling import DrawIn, HandOverIn
from services.inspection.api.tracking import HandleIn
from services.inspection.api.treating import TreatedIn
from services.inspection.domain import ordering, sampling, treating
from services.inspection.domain.steps import (
    Came,
    CameIn,
    Found,
    HandedOver,
    Joined,
    Left,
    Opened,
    WentOut,
    What,
)
from shared.http.model import Instant, StrictModel


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


class GateInRecordIn(RecordIn):
    """The consignment came into the yard of its slot."""

    kind: Literal["gate_in"]
    data: forms.GateIn

    def what(self) -> What:
        """As the domain says it."""
        return CameIn(self.data.values())


class GateOutRecordIn(RecordIn):
    """It left the yard, or decided containers did."""

    kind: Literal["gate_out"]
    data: forms.GateIn

    def what(self) -> What:
        """As the domain says it."""
        return WentOut(self.data.values())


class HandoverNumberedIn(HandOverIn):
    """Of the sample `number` of the own section."""

    number: Annotated[int, Field(ge=1, le=sampling.MOST)]


class HandoverRecordIn(RecordIn):
    """A sample went from its holder to the next one."""

    kind: Literal["handover"]
    data: HandoverNumberedIn

    def what(self) -> What:
        """As the domain says it."""
        return HandedOver(self.data.number, self.data.to, self.data.seal_intact)


AnyRecordIn: TypeAlias = Annotated[
    ResultRecordIn
    | FindingRecordIn
    | HandleRecordIn
    | SampleRecordIn
    | OpenRecordIn
    | JoinRecordIn
    | ComeRecordIn
    | LeaveRecordIn
    | TreatmentRecordIn
    | GateInRecordIn
    | GateOutRecordIn
    | HandoverRecordIn,
    Field(discriminator="kind"),
]
