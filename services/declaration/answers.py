"""What this service answers. Decimals are JSON strings, weights in kg, times in UTC."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.domain.moves import Status
from shared.contracts.values import Mode, Purpose, Said
from shared.http import etag


class PendingOut(BaseModel):
    """A change that was asked for: `filing_version` is what it would become."""

    purpose: Purpose
    filing_version: int
    asked_at: datetime
    consignment: Content | None = None
    reason: str | None = None


class RequirementOut(BaseModel):
    """What the agencies require, as last heard."""

    mode: Mode
    revision: int


class FilingOut(BaseModel):
    """A filing as it stands. `version` counts its events, `filing_version` its contents.

    `open_questions` are the numbers of the questions that wait for an answer.
    """

    id: UUID
    receipt_number: str
    reference: str
    status: Status
    version: int
    filing_version: int
    accepted_at: datetime
    consignment: Content
    pending: PendingOut | None = None
    reason: Said | None = None
    requirement: RequirementOut | None = None
    open_questions: list[int] = []

    @classmethod
    def of(cls, filing: Filing) -> Self:
        """The answer for a filing."""
        return cls(
            id=filing.id,
            receipt_number=filing.receipt_number,
            reference=filing.reference,
            status=filing.status,
            version=filing.version,
            filing_version=filing.filing_version,
            accepted_at=filing.accepted_at,
            consignment=filing.content,
            pending=_pending(filing),
            reason=filing.reason,
            requirement=_requirement(filing),
            open_questions=list(filing.open_questions),
        )


def tag(filing: Filing) -> str:
    """The entity tag of what is answered for a filing: it counts all that changes what is shown,
    events, revisions of the requirement, and questions asked and ended.

    A receipt that only tells something is not shown, and no part of it.
    """
    heard = filing.requirement
    asked_and_ended = 2 * filing.questions - len(filing.open_questions)
    return etag.strong(filing.version, 0 if heard is None else heard.revision, asked_and_ended)


def _pending(filing: Filing) -> PendingOut | None:
    asked = filing.pending
    if asked is None:
        return None
    return PendingOut(
        purpose=asked.purpose,
        filing_version=asked.filing_version,
        asked_at=asked.asked_at,
        consignment=asked.content,
        reason=asked.reason,
    )


def _requirement(filing: Filing) -> RequirementOut | None:
    heard = filing.requirement
    return None if heard is None else RequirementOut(mode=heard.mode, revision=heard.revision)


class ReceiptOut(BaseModel):
    """One receipt; `sequence` counts those of the filing from 1 without a gap."""

    sequence: int
    kind: str
    at: datetime
    text: Said
    facts: dict[str, Any]

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """The answer for a receipt's row."""
        return cls(
            sequence=row["sequence"],
            kind=row["kind"],
            at=row["at"],
            text=Said(en=row["text_en"], zh=row["text_zh"]),
            facts=row["facts"],
        )
