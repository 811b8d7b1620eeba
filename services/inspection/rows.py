"""Each row to its value, and each value to its row's columns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.inspection.domain import records
from services.inspection.domain.case import Case, Consent, Opening, Section
from services.inspection.domain.facts import (
    Conclusion,
    Counts,
    Decided,
    Gate,
    Handled,
    Recognition,
    Required,
    Sample,
    SignOff,
    Stay,
    Waiting,
)
from services.inspection.domain.moves import Status
from services.inspection.domain.treatments import Treatment
from shared.contracts.envelope import Fact
from shared.contracts.values import Finding, Purpose, Said, Scope, Slot
from shared.prepared import Json, Row


def _dump(value: Fact | None) -> dict[str, Any] | None:
    return value.model_dump(mode="json") if value is not None else None


def case_values(case: Case) -> dict[str, Any]:
    """The columns of a case's own row."""
    return {
        "id": case.id,
        "filing_id": case.filing_id,
        "requirement_id": case.requirement_id,
        "created_at": case.created_at,
        "version": case.version,
        "status": case.status.value,
        "mode": case.required.mode.value if case.required else None,
        "broker": case.required.broker if case.required else None,
        "required": _dump(case.required),
        "slot": _dump(case.slot),
        "yard": case.slot.yard if case.slot else None,
        "inside_yard": case.gate.yard if case.gate and case.gate.inside else None,
        "attempts": case.attempts,
        "waiting": _dump(case.waiting),
        "waiting_until": case.waiting.until if case.waiting else None,
        "leave": case.leave.value if case.leave else None,
        "consent": case.consent.value if case.consent else None,
        "gate": _dump(case.gate),
        "recognition": _dump(case.recognition),
        "counts": _dump(case.counts),
        "decided": {part: _dump(each) for part, each in case.decided.items()},
        "handled": {part: _dump(each) for part, each in case.handled.items()},
        "head_seq": case.head.seq,
        "head_hash": case.head.hash,
    }


def section_values(case: Case, *, before: Case) -> list[dict[str, Any]]:
    """The columns of each section that is not as `before`."""
    return [
        {
            "case_id": case.id,
            "agency": each.agency,
            "needed": each.needed,
            "scope": each.scope.value,
            "joined_at": each.joined_at,
            "findings": [_dump(one) for one in each.findings],
            "conclusions": [_dump(one) for one in each.conclusions],
            "samples": [_dump(one) for one in each.samples],
            "attendance": [_dump(one) for one in each.attendance],
            "treatments": [_dump(one) for one in each.treatments],
            "signed": _dump(each.signed),
        }
        for each in case.sections
        if each not in before.sections
    ]


def opening_values(case: Case, *, before: Case) -> list[dict[str, Any]]:
    """The columns of each opening that is not as `before`."""
    return [
        {
            "case_id": case.id,
            "number": each.number,
            "opened_at": each.opened_at,
            "closed_at": each.closed_at,
            "present": list(each.present),
            "slot": _dump(each.slot),
            "reason": _dump(each.reason),
            "came": {agency: at.isoformat() for agency, at in each.came.items()},
        }
        for each in case.openings
        if each not in before.openings
    ]


def record_values(record: records.Record, text: str) -> dict[str, Any]:
    """The columns of a record, `text` as its payload: the very text that was hashed."""
    return {
        "case_id": record.case_id,
        "seq": record.seq,
        "kind": record.kind,
        "actor_subject": record.actor.subject,
        "actor_role": record.actor.role,
        "actor_agency": record.actor.agency,
        "wall": record.times.wall,
        "yard": record.times.yard,
        "payload": Json(text),
        "prev_hash": record.prev_hash,
        "hash": record.hash,
    }


OF_ALL = ("actor_subject", "actor_role", "actor_agency", "wall", "yard")
"""The columns that records which are made at a time have in common."""


def columns_of_records(made: Sequence[tuple[records.Record, str]]) -> dict[str, Any]:
    """The columns of records that are made at a time: `OF_ALL` once, of the others a list each."""
    first = record_values(*made[0])
    return {name: first[name] for name in OF_ALL} | {
        "case_id": [record.case_id for record, _ in made],
        "seq": [record.seq for record, _ in made],
        "kind": [record.kind for record, _ in made],
        "payload": [text for _, text in made],
        "prev_hash": [record.prev_hash for record, _ in made],
        "hash": [record.hash for record, _ in made],
    }


def case_of(row: Row, its_sections: Sequence[Section], its_openings: Sequence[Opening]) -> Case:
    """The case in its own row, with the sections and openings of its other rows."""
    return Case(
        id=row["id"],
        filing_id=row["filing_id"],
        requirement_id=row["requirement_id"],
        created_at=row["created_at"],
        version=row["version"],
        status=Status(row["status"]),
        required=Required.model_validate(row["required"]) if row["required"] else None,
        slot=Slot.model_validate(row["slot"]) if row["slot"] else None,
        attempts=row["attempts"],
        sections=tuple(its_sections),
        openings=tuple(its_openings),
        waiting=Waiting.model_validate(row["waiting"]) if row["waiting"] else None,
        leave=Purpose(row["leave"]) if row["leave"] else None,
        consent=Consent(row["consent"]) if row["consent"] else None,
        gate=Gate.model_validate(row["gate"]) if row["gate"] else None,
        recognition=Recognition.model_validate(row["recognition"]) if row["recognition"] else None,
        counts=Counts.model_validate(row["counts"]) if row["counts"] else None,
        decided={part: Decided.model_validate(each) for part, each in row["decided"].items()},
        handled={part: Handled.model_validate(each) for part, each in row["handled"].items()},
        head=records.Head(seq=row["head_seq"], hash=row["head_hash"]),
    )


def section_of(row: Row) -> Section:
    """The section in a row."""
    return Section(
        agency=row["agency"],
        needed=row["needed"],
        scope=Scope(row["scope"]),
        joined_at=row["joined_at"],
        findings=tuple(Finding.model_validate(each) for each in row["findings"]),
        conclusions=tuple(Conclusion.model_validate(each) for each in row["conclusions"]),
        samples=tuple(Sample.model_validate(each) for each in row["samples"]),
        attendance=tuple(Stay.model_validate(each) for each in row["attendance"]),
        treatments=tuple(Treatment.model_validate(each) for each in row["treatments"]),
        signed=SignOff.model_validate(row["signed"]) if row["signed"] else None,
    )


def opening_of(row: Row) -> Opening:
    """The opening in a row."""
    return Opening(
        number=row["number"],
        opened_at=row["opened_at"],
        present=tuple(row["present"]),
        slot=Slot.model_validate(row["slot"]),
        reason=None if row["reason"] is None else Said.model_validate(row["reason"]),
        closed_at=row["closed_at"],
        came={agency: datetime.fromisoformat(at) for agency, at in row["came"].items()},
    )


def record_of(row: Row) -> records.Record:
    """The record in a row."""
    return records.Record(
        case_id=row["case_id"],
        seq=row["seq"],
        kind=row["kind"],
        actor=records.Actor(row["actor_subject"], row["actor_role"], row["actor_agency"]),
        times=records.Moment(wall=row["wall"], yard=row["yard"]),
        payload=row["payload"],
        prev_hash=row["prev_hash"],
        hash=row["hash"],
    )
