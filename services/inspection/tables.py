"""The rows of inspection. Rows are rows: nothing here validates.

The constraints are in the migrations; records, editions of checklists and the ledger take inserts
alone.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field, SQLModel

Json = Any
FACTS = JSONB(none_as_null=True)


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


def _facts(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=FACTS, nullable=nullable)


def _text(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=Text, nullable=nullable)


class CaseRow(SQLModel, table=True):
    """One case. `slot_starts` and `waiting_until` are yard time, `created_at` is wall time.

    `yard` is the slot's, `inside_yard` the one that the consignment is in. `head_seq` and
    `head_hash` name the last record of the case's chain.
    """

    __tablename__ = "cases"

    id: UUID = Field(primary_key=True)
    filing_id: UUID
    requirement_id: UUID
    version: int
    status: str = _text()
    mode: str | None = _text(nullable=True)
    broker: str | None = _text(nullable=True)
    required: Json = _facts(nullable=True)
    slot: Json = _facts(nullable=True)
    yard: str | None = _text(nullable=True)
    inside_yard: str | None = _text(nullable=True)
    attempts: int
    waiting: Json = _facts(nullable=True)
    waiting_until: datetime | None = _moment(nullable=True)
    leave: str | None = _text(nullable=True)
    consent: str | None = _text(nullable=True)
    gate: Json = _facts(nullable=True)
    recognition: Json = _facts(nullable=True)
    counts: Json = _facts(nullable=True)
    decided: Json = _facts()
    handled: Json = _facts()
    head_seq: int
    head_hash: str = _text()
    created_at: datetime = _moment()


class SectionRow(SQLModel, table=True):
    """One agency's section of a case."""

    __tablename__ = "case_sections"

    case_id: UUID = Field(primary_key=True)
    agency: str = Field(primary_key=True, sa_type=Text)
    needed: bool
    scope: str = _text()
    joined_at: datetime | None = _moment(nullable=True)
    findings: Json = _facts()
    conclusions: Json = _facts()
    samples: Json = _facts()
    attendance: Json = _facts()
    treatments: Json = _facts()
    signed: Json = _facts(nullable=True)


class OpeningRow(SQLModel, table=True):
    """One opening of a case's container; yard time. `came` is each agency's own."""

    __tablename__ = "case_openings"

    case_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    opened_at: datetime = _moment()
    closed_at: datetime | None = _moment(nullable=True)
    present: Json = _facts()
    slot: Json = _facts()
    reason: Json = _facts(nullable=True)
    came: Json = _facts()


class RecordRow(SQLModel, table=True):
    """One record of a case's chain, written once and never changed.

    `payload` is the text that is hashed, as it is: `json` keeps it, `jsonb` would not. The database
    gives it its `number` among those of all cases, which is no part of the chain.
    """

    __tablename__ = "case_records"

    case_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = _text()
    actor_subject: str = _text()
    actor_role: str = _text()
    actor_agency: str | None = _text(nullable=True)
    wall: datetime = _moment()
    yard: datetime = _moment()
    payload: Json = Field(sa_type=JSON)
    prev_hash: str = _text()
    hash: str = _text()
    number: int = Field(default=None, sa_type=BigInteger)


class PresentRow(SQLModel, table=True):
    """Where an officer of an agency is now: at one container at most."""

    __tablename__ = "officers_present"

    case_id: UUID = Field(primary_key=True)
    agency: str = Field(primary_key=True, sa_type=Text)
    officer: str = Field(primary_key=True, sa_type=Text)


class ChecklistRow(SQLModel, table=True):
    """One edition of a checklist item, written once and never changed; `written_at` is wall time.

    Version 0 of an item is the one that comes along, which has no row.
    """

    __tablename__ = "checklist_editions"

    agency: str = Field(primary_key=True, sa_type=Text)
    code: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    valid_from: date = Field(sa_type=Date)
    withdrawn: bool
    item: Json = _facts()
    author: str = _text()
    written_at: datetime = _moment()


class FindingCodeRow(SQLModel, table=True):
    """One edition of an agency's code of findings, as of checklists."""

    __tablename__ = "finding_code_editions"

    agency: str = Field(primary_key=True, sa_type=Text)
    code: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    valid_from: date = Field(sa_type=Date)
    withdrawn: bool
    entry: Json = _facts()
    author: str = _text()
    written_at: datetime = _moment()


class KeyRow(SQLModel, table=True):
    """An officer's public key; wall time. `proof` shows it to be the officer's own."""

    __tablename__ = "officer_keys"

    id: UUID = Field(primary_key=True)
    subject: str = _text()
    agency: str = _text()
    public: str = _text()
    registered_at: datetime = _moment()
    revoked_at: datetime | None = _moment(nullable=True)
    proof: str | None = _text(nullable=True)


class Refused(SQLModel):
    """A device's record that was refused, as it was sent last; `received_at` is wall time."""

    id: UUID = Field(primary_key=True)
    office: str = Field(primary_key=True, sa_type=Text)
    device: str = _text()
    sender: str = _text()
    record: Json = _facts()
    problem: Json = _facts()
    skew_seconds: int = Field(sa_type=BigInteger)
    received_at: datetime = _moment()


class RejectedRow(Refused, table=True):
    """The one of its id that a later one takes the place of."""

    __tablename__ = "rejected_records"


class RejectedBesideRow(Refused, table=True):
    """One that stays beside others of its id; `digest` is that of what it says."""

    __tablename__ = "rejected_beside"

    digest: str = Field(primary_key=True, sa_type=Text)


class LeafRow(SQLModel, table=True):
    """A leaf of the tree over all cases: how far a case's chain had come."""

    __tablename__ = "ledger_leaves"

    index: int = Field(primary_key=True, sa_type=BigInteger)
    case_id: UUID
    seq: int
    hash: str = _text()


class NodeRow(SQLModel, table=True):
    """The hash of a perfect subtree; level 0 are the leaves."""

    __tablename__ = "ledger_nodes"

    level: int = Field(primary_key=True, sa_type=SmallInteger)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    hash: bytes


class CheckpointRow(SQLModel, table=True):
    """The tree at a moment; `made_at` is wall time."""

    __tablename__ = "checkpoints"

    number: int = Field(primary_key=True)
    day: date = Field(sa_type=Date)
    size: int = Field(sa_type=BigInteger)
    root: bytes
    made_at: datetime = _moment()


class SignatureRow(SQLModel, table=True):
    """An agency's signature of a checkpoint, with the key that made it; wall time."""

    __tablename__ = "checkpoint_signatures"

    number: int = Field(primary_key=True)
    agency: str = Field(primary_key=True, sa_type=Text)
    public: str = _text()
    signature: str = _text()
    signed_at: datetime = _moment()
