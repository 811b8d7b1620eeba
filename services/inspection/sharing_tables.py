"""The rows of what agencies tell each other, and keep from each other: alarms, treatments, marks.

Of both the chain of records tells.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.messaging.tables import moment


class AlarmRow(SQLModel, table=True):
    """Beside an alarm's record, how far it was acknowledged; yard time."""

    __tablename__ = "alarms"

    case_id: UUID = Field(primary_key=True)
    record: int = Field(primary_key=True)
    yard: str | None = Field(default=None, sa_type=Text)
    agency: str = Field(sa_type=Text)
    findings: Any = Field(sa_type=JSONB)
    found_at: datetime = moment()
    acknowledge_by: datetime = moment()
    overdue_at: datetime | None = moment(nullable=True)
    settled_at: datetime | None = moment(nullable=True)


class AcknowledgementRow(SQLModel, table=True):
    """That an agency has seen an alarm; yard time."""

    __tablename__ = "alarm_acknowledgements"

    case_id: UUID = Field(primary_key=True)
    record: int = Field(primary_key=True)
    agency: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(sa_type=Text)
    at: datetime = moment()


class TreatmentRow(SQLModel, table=True):
    """Beside a section's treatment, until when it is due and how far it came; yard time."""

    __tablename__ = "treatments"

    case_id: UUID = Field(primary_key=True)
    agency: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True)
    yard: str | None = Field(default=None, sa_type=Text)
    due: datetime = moment()
    settled_at: datetime | None = moment(nullable=True)
    overdue_at: datetime | None = moment(nullable=True)
    treatment: Any = Field(sa_type=JSONB)


class MarkRow(SQLModel, table=True):
    """That a record is an investigation of an agency, kept from the others."""

    __tablename__ = "record_marks"

    case_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
