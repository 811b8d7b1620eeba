"""The rows of inspection. Rows are rows: nothing here validates.

The constraints are in the migrations; `case_records` and `checklist_editions` take inserts alone.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.database import table_of

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
    signed: Json = _facts(nullable=True)


class OpeningRow(SQLModel, table=True):
    """One opening of a case's container; yard time."""

    __tablename__ = "case_openings"

    case_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    opened_at: datetime = _moment()
    closed_at: datetime | None = _moment(nullable=True)
    present: Json = _facts()
    slot: Json = _facts()
    reason: Json = _facts(nullable=True)


class RecordRow(SQLModel, table=True):
    """One record of a case's chain, written once and never changed."""

    __tablename__ = "case_records"

    case_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = _text()
    actor_subject: str = _text()
    actor_role: str = _text()
    actor_agency: str | None = _text(nullable=True)
    wall: datetime = _moment()
    yard: datetime = _moment()
    payload: Json = _facts()
    prev_hash: str = _text()
    hash: str = _text()


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


class KeyRow(SQLModel, table=True):
    """An officer's public key; wall time."""

    __tablename__ = "officer_keys"

    id: UUID = Field(primary_key=True)
    subject: str = _text()
    agency: str = _text()
    public: str = _text()
    registered_at: datetime = _moment()
    revoked_at: datetime | None = _moment(nullable=True)


TABLES = tuple(table_of(row) for row in (CaseRow, SectionRow, OpeningRow, RecordRow, ChecklistRow))
