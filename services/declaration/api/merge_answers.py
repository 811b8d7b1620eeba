"""What merges and views are answered with. Values of a form stand as they were written."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel

from services.declaration.domain.filing import Filing
from services.declaration.merging import split
from services.declaration.merging.rules import Form
from shared.contracts.values import Said


class InstructedOut(BaseModel):
    """The version of a standing instruction that chose a value."""

    item: str
    version: int
    take: str
    valid_from: date


class EntryOut(BaseModel):
    """What the forms say of one place of the merged filing, the value chosen, the rule and why.

    `kind` tells in what they differ: format_only, within_tolerance or real.
    """

    place: str
    item: str | None
    number: int | None
    zh: str | None
    en: str | None
    customs: Any
    inspection: Any
    chosen: Any
    rule: str
    kind: str | None
    text: Said
    instruction: InstructedOut | None = None


class GroupOut(BaseModel):
    """Lines about the same goods, by their numbers on each form and in the merged filing."""

    customs: list[int]
    inspection: list[int]
    lines: list[int]
    by: str


class DroppedOut(BaseModel):
    """What a form told and a filing does not ask, with the reason."""

    form: str
    item: str
    zh: str
    en: str
    value: Any
    reason: Said | None


class MissingOut(BaseModel):
    """What would still be refused of the merged filing; `pointer` leads into it."""

    code: str
    pointer: str
    text: Said


class ReportOut(BaseModel):
    """How a merged filing came about."""

    report: list[EntryOut]
    groups: list[GroupOut]
    dropped: list[DroppedOut]


class MergeOut(ReportOut):
    """A merged filing that is not filed; `conflicts` counts the places that are open."""

    filing: dict[str, Any]
    conflicts: int
    faults: list[MissingOut]


class PapersOut(ReportOut):
    """What a filing was merged from, kept as it was sent."""

    filing_id: UUID
    merged_at: datetime
    customs: dict[str, Any]
    inspection: dict[str, Any] | None
    answers: list[dict[str, Any]]


class ViewOut(BaseModel):
    """A filing as one of the two forms had it, by that form's items."""

    form: str
    header: dict[str, Any]
    lines: list[dict[str, Any]]
    containers: list[dict[str, Any]]

    @classmethod
    def of(cls, filing: Filing, form: Form) -> Self:
        """The view of a filing."""
        half = split.split(filing.content.model_dump(), form)
        return cls.model_validate(split.shown(half, form))
