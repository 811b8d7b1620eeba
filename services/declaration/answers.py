"""What this service answers. Decimals are JSON strings, weights in kg, times in UTC."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_json

from services.declaration.domain import boxes
from services.declaration.domain.boxes import State
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.domain.moves import Status
from shared.contracts.values import Mode, Purpose, Said
from shared.http import etag
from shared.prepared import Row


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


class ContainerOut(BaseModel):
    """How one container stands, and why if that was told of it."""

    number: str
    state: State
    reason: Said | None = None


class FilingOut(BaseModel):
    """A filing as it stands. `version` counts its events, `filing_version` its contents.

    `open_questions` are the numbers of the questions that wait for an answer. Each of the
    `containers` is released, held or refused entry by itself; where some were released and others
    refused entry, the filing ends `refused_entry`.
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
    containers: list[ContainerOut] = []
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
            containers=_containers(filing),
            open_questions=list(filing.open_questions),
        )


def tag(filing: Filing) -> str:
    """The entity tag of what is answered for a filing: it counts all that changes what is shown,
    events, revisions of the requirement, questions asked and ended, and that
    containers were opened.

    A receipt that only tells something is not shown, and no part of it.
    """
    heard = filing.requirement
    asked_and_ended = 2 * filing.questions - len(filing.open_questions)
    revision = 0 if heard is None else heard.revision
    opened = filing.opened and bool(filing.content.containers)
    return etag.strong(filing.version, revision, asked_and_ended, int(opened))


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


def _containers(filing: Filing) -> list[ContainerOut]:
    def shown(number: str) -> ContainerOut:
        told = filing.told.get(number)
        state = boxes.state(told, whole=filing.status, opened=filing.opened)
        why = filing.reason if state.value == filing.status.value else None
        return ContainerOut(number=number, state=state, reason=told.reason if told else why)

    return [shown(each.number) for each in filing.content.containers]


class ReceiptOut(BaseModel):
    """One receipt; `sequence` counts those of the filing from 1 without a gap.

    `state` is the filing's after it, `channel` the single window's letter for it, if it has one.
    """

    sequence: int
    kind: str
    state: Status
    channel: str | None
    at: datetime
    text: Said
    facts: dict[str, Any]

    @classmethod
    def of(cls, row: Row) -> Self:
        """The answer for a receipt's row."""
        return cls(
            sequence=row["sequence"],
            kind=row["kind"],
            state=Status(row["state"]),
            channel=row["channel"],
            at=row["at"],
            text=Said(en=row["text_en"], zh=row["text_zh"]),
            facts=row["facts"],
        )


class FedReceiptOut(ReceiptOut):
    """One receipt in the feed; `number` counts those of the broker from 1 without a gap."""

    number: int
    filing_id: UUID
    receipt_number: str

    @classmethod
    def of(cls, row: Row) -> Self:
        """The answer for a receipt's row with its filing's receipt number."""
        return cls(
            **ReceiptOut.of(row).model_dump(),
            number=row["number"],
            filing_id=row["filing_id"],
            receipt_number=row["receipt_number"],
        )


def notice(row: Row) -> bytes:
    """What a webhook is sent of a receipt: the same bytes at every attempt."""
    fed = FedReceiptOut.of(row)
    return to_json({"type": f"receipt.{fed.kind}", "timestamp": fed.at, "data": fed})
