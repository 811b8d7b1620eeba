"""Filings and what is told of them as the values of rows, and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.declaration.domain import receipts
from services.declaration.domain.boxes import Told
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing, Pending, Requirement, Step
from services.declaration.domain.history import Deed
from services.declaration.domain.moves import Status
from services.declaration.domain.receipts import Note
from shared.contracts.values import Mode, Outcome, Purpose, Said
from shared.prepared import Row


def of(filing: Filing) -> dict[str, Any]:
    """The row of a filing, but for its content."""
    pending, requirement = filing.pending, filing.requirement
    return {
        "id": filing.id,
        "broker": filing.broker,
        "reference": filing.reference,
        "receipt_number": filing.receipt_number,
        "status": filing.status.value,
        "version": filing.version,
        "filing_version": filing.filing_version,
        "receipts": filing.receipts,
        "acts": filing.acts,
        "questions": filing.questions,
        "open_questions": list(filing.open_questions),
        "pending": None if pending is None else _pending_row(pending),
        "reason": None if filing.reason is None else filing.reason.model_dump(),
        "requirement": None
        if requirement is None
        else {"mode": requirement.mode.value, "revision": requirement.revision},
        "opened": filing.opened,
        "told": {number: _told_row(each) for number, each in filing.told.items()},
        "accepted_at": filing.accepted_at,
        "changed_at": filing.changed_at,
    }


def _told_row(told: Told) -> dict[str, Any]:
    return {"outcome": told.outcome.value, "reason": told.reason.model_dump()}


def _pending_row(pending: Pending) -> dict[str, Any]:
    content = pending.content
    return {
        "purpose": pending.purpose.value,
        "filing_version": pending.filing_version,
        "asked_at": pending.asked_at.isoformat(),
        "content": None if content is None else content.model_dump(mode="json"),
        "reason": pending.reason,
        "asked_by": pending.asked_by,
    }


def filing(row: Row) -> Filing:
    """The filing in a row."""
    values = dict(row)
    pending, requirement = values.pop("pending"), values.pop("requirement")
    values["status"] = Status(values["status"])
    values["open_questions"] = tuple(values["open_questions"])
    values["told"] = {number: _told(each) for number, each in values["told"].items()}
    values["content"] = Content.model_validate(values["content"])
    if values["reason"] is not None:
        values["reason"] = Said.model_validate(values["reason"])
    if requirement is not None:
        mode = Mode(requirement["mode"])
        values["requirement"] = Requirement(mode=mode, revision=requirement["revision"])
    return Filing(**values, pending=None if pending is None else _pending(pending))


def _told(row: Mapping[str, Any]) -> Told:
    return Told(Outcome(row["outcome"]), Said.model_validate(row["reason"]))


def _pending(row: Mapping[str, Any]) -> Pending:
    content = row["content"]
    return Pending(
        purpose=Purpose(row["purpose"]),
        filing_version=row["filing_version"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        content=None if content is None else Content.model_validate(content),
        reason=row["reason"],
        asked_by=row.get("asked_by"),
    )


def act(deed: Deed, filing: Filing, *, receipts: int, now: datetime) -> Mapping[str, Any]:
    """The last act of a filing, which led to what it is now and to so many receipts."""
    return {
        "filing_id": filing.id,
        "sequence": filing.acts,
        "at": now,
        "act": deed.act,
        "role": deed.actor.role,
        "organisation": deed.actor.organisation,
        "agency": deed.actor.agency,
        "subject": deed.actor.subject,
        "status": filing.status.value,
        "filing_version": filing.filing_version,
        "receipts": list(range(filing.receipts - receipts + 1, filing.receipts + 1)),
        "reason": None if deed.reason is None else deed.reason.model_dump(),
        "cause": deed.cause,
    }


def told(step: Step, *, first: int, now: datetime) -> Sequence[Mapping[str, Any]]:
    """The receipts of a step, numbered on from `first`."""

    def row(sequence: int, note: Note) -> dict[str, Any]:
        said = receipts.text(note)
        return {
            "filing_id": step.filing.id,
            "sequence": sequence,
            "kind": note.kind.value,
            "facts": dict(note.facts),
            "text_en": said.en,
            "text_zh": said.zh,
            "at": now,
            "broker": step.filing.broker,
            "state": note.state.value,
            "channel": note.channel,
        }

    return [row(sequence, note) for sequence, note in enumerate(step.notes, start=first)]
