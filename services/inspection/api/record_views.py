"""What people see of a case's records."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.inspection.domain import records


class ActorOut(BaseModel):
    """Who did it."""

    subject: str
    role: str
    agency: str | None


class TimesOut(BaseModel):
    """When, on both clocks, with six digits of a second as in the hash."""

    wall: str
    yard: str


class RecordOut(BaseModel):
    """One record: all but `hash` is what the hash is made of (SHA-256 over RFC 8785 JSON).

    Of another agency's investigation there is nothing but its place and its hash: `kind`, `actor`,
    `times` and `payload` are null. The chain goes through it, and so do proofs.
    """

    case_id: UUID
    seq: int
    kind: str | None
    actor: ActorOut | None
    times: TimesOut | None
    payload: dict[str, Any] | None
    prev_hash: str
    hash: str


def record_out(record: records.Record) -> RecordOut:
    """A record with its times as they went into the hash."""
    actor = record.actor
    return RecordOut(
        case_id=record.case_id,
        seq=record.seq,
        kind=record.kind,
        actor=ActorOut(subject=actor.subject, role=actor.role, agency=actor.agency),
        times=TimesOut(
            wall=records.stamp(record.times.wall), yard=records.stamp(record.times.yard)
        ),
        payload=dict(record.payload),
        prev_hash=record.prev_hash,
        hash=record.hash,
    )


def seen_out(record: records.Record | records.KeptBack) -> RecordOut:
    """What is seen of a record that may be kept back."""
    return record_out(record) if isinstance(record, records.Record) else place_out(record)


def place_out(record: records.KeptBack) -> RecordOut:
    """What those see of a record from whom it is kept."""
    return RecordOut(
        case_id=record.case_id,
        seq=record.seq,
        kind=None,
        actor=None,
        times=None,
        payload=None,
        prev_hash=record.prev_hash,
        hash=record.hash,
    )
