"""Rows and the constraints that hold whatever the code does. Nothing here validates."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.mutual_recognition.backtest_tables import BacktestRow
from services.mutual_recognition.experience_tables import InspectionFindingRow
from services.mutual_recognition.notice_tables import NoticeReadRow, NoticeRow
from services.mutual_recognition.register_tables import (
    CompanyRow,
    PilotEntryRow,
    RatingRow,
    SuspensionRow,
)
from services.mutual_recognition.trial_tables import TrialRow, TrialVerdictRow
from shared.database import table_of
from shared.messaging.tables import moment


def _json() -> Any:
    return Field(sa_type=JSONB)


def _json_or_null() -> Any:
    return Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)


TO_COUNT = "status = 'met' AND outcome <> 'held' AND mode <> 'none' AND NOT counted"
"""Inspections that have ended, and of which is not counted yet what they found."""
AWAITED = "status = 'expected'"
"""Recognitions that wait for a result."""


class RequirementRow(SQLModel, table=True):
    """What must be inspected of one filing. `pending` is a broker's change without an answer.

    `ends` are the containers whose outcome was told before the whole was met, by their numbers.
    `awaited_from` (yard clock): when the inspection was to be over, or was begun if later.
    `counted`: what the inspection found has its rows.
    """

    __tablename__ = "requirements"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("status IN ('determined', 'revised', 'met', 'void')"),
        CheckConstraint("mode IN ('none', 'single', 'joint', 'recognition')"),
        CheckConstraint("(status = 'met') = (outcome IS NOT NULL)"),
        CheckConstraint("outcome IN ('released', 'refused_entry', 'held')"),
        CheckConstraint("version >= revision AND revision >= 1 AND filing_version >= 1"),
        Index("requirements_broker", "broker", "filing_id"),
        Index("requirements_to_count", "id", postgresql_where=text(TO_COUNT)),
    )

    id: UUID = Field(primary_key=True)
    filing_id: UUID = Field(unique=True)
    filing_version: int
    revision: int
    version: int
    status: str = Field(sa_type=Text)
    mode: str = Field(sa_type=Text)
    broker: str = Field(sa_type=Text)
    consignment: dict[str, Any] = _json()
    determination: dict[str, Any] = _json()
    decision_id: UUID
    pending: dict[str, Any] | None = _json_or_null()
    outcome: str | None = Field(default=None, sa_type=Text)
    reason: dict[str, Any] | None = _json_or_null()
    ends: dict[str, Any] = _json()
    awaited_from: datetime | None = moment(nullable=True)
    counted: bool = Field(default=False)
    created_at: datetime = moment()
    changed_at: datetime = moment()


class DecisionRow(SQLModel, table=True):
    """Why: all that one determination depended on, and the result. Never changed.

    Without a `draw_key`, it was drawn for the filing's id.
    """

    __tablename__ = "decisions"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("requirement_id", "revision"),
        Index("decisions_drawn", "draw_key", "decided_at"),
    )

    id: UUID = Field(primary_key=True)
    requirement_id: UUID = Field(foreign_key="requirements.id")
    filing_id: UUID
    filing_version: int
    revision: int
    cause: str = Field(sa_type=Text)
    decided_on: date
    decided_at: datetime = moment()
    inputs: dict[str, Any] = _json()
    tables: dict[str, int] = _json()
    seed_id: str = Field(sa_type=Text)
    draw_key: str | None = Field(default=None, sa_type=Text)
    draws: dict[str, int] = _json()
    further_draws: list[dict[str, Any]] = _json()
    orders: list[dict[str, Any]] = _json()
    recognition_refused: bool
    mismatch: dict[str, Any] | None = _json_or_null()
    outcome: dict[str, Any] = _json()


class RecognitionRow(SQLModel, table=True):
    """The one recognition a requirement can have. `result_due` is on the yard clock."""

    __tablename__ = "recognitions"
    __table_args__: ClassVar[Any] = (
        Index("recognitions_due", "result_due", postgresql_where=text(AWAITED)),
        CheckConstraint("status IN ('expected', 'granted', 'refused', 'lapsed')"),
        CheckConstraint("agency_primary <> agency_secondary"),
    )

    id: UUID = Field(primary_key=True)
    requirement_id: UUID = Field(foreign_key="requirements.id", unique=True)
    filing_id: UUID = Field(unique=True)
    version: int
    status: str = Field(sa_type=Text)
    agency_primary: str = Field(sa_type=Text)
    agency_secondary: str = Field(sa_type=Text)
    terms: dict[str, Any] = _json()
    result_due: datetime | None = moment(nullable=True)
    verdicts: list[dict[str, Any]] = _json()
    conclusions: list[int] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    reason: dict[str, Any] | None = _json_or_null()
    changed_at: datetime = moment()


class ConclusionRow(SQLModel, table=True):
    """What an agency concluded, as the inspection told. Never changed."""

    __tablename__ = "requirement_conclusions"

    requirement_id: UUID = Field(primary_key=True, foreign_key="requirements.id")
    agency: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True)
    revision: int
    scope: str = Field(sa_type=Text)
    verdict: str = Field(sa_type=Text)
    content: dict[str, Any] = _json()
    received_at: datetime = moment()


class DrawPeriodRow(SQLModel, table=True):
    """Days, both included, whose new filings are drawn by a seed of their own.

    The seed is made of `secret` and of the standing seed `standing`; its hash is told from the
    beginning, the seed itself once the days have passed. Never changed.
    """

    __tablename__ = "draw_periods"
    __table_args__: ClassVar[Any] = (CheckConstraint("valid_to >= valid_from"),)

    id: str = Field(primary_key=True, sa_type=Text)
    valid_from: date
    valid_to: date
    standing: str = Field(sa_type=Text)
    secret: bytes = Field(sa_type=LargeBinary)
    commitment: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    committed_by: str = Field(sa_type=Text)
    committed_at: datetime = moment()


class RuleVersionRow(SQLModel, table=True):
    """One version of a decision table. Once it is in review its rows never change.

    `agencies` are those whose approval published it; null where it was before that was kept.
    """

    __tablename__ = "rule_versions"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("status IN ('draft', 'in_review', 'published', 'rejected')"),
        CheckConstraint("(status = 'rejected') = (rejected_because IS NOT NULL)"),
        CheckConstraint("(status = 'published') = (published_at IS NOT NULL)"),
        CheckConstraint("status <> 'in_review' OR submitted_at IS NOT NULL"),
    )

    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    status: str = Field(sa_type=Text)
    valid_from: date
    content: dict[str, Any] = _json()
    agencies: list[str] | None = _json_or_null()
    author: str = Field(sa_type=Text)
    author_agency: str = Field(sa_type=Text)
    drafted_at: datetime = moment()
    submitted_at: datetime | None = moment(nullable=True)
    published_at: datetime | None = moment(nullable=True)
    rejected_by: str | None = Field(default=None, sa_type=Text)
    rejected_at: datetime | None = moment(nullable=True)
    rejected_because: str | None = Field(default=None, sa_type=Text)


class RuleApprovalRow(SQLModel, table=True):
    """An agency's approval of a version, given by a supervisor who did not write it."""

    __tablename__ = "rule_approvals"

    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    agency: str = Field(primary_key=True, sa_type=Text)
    approved_by: str = Field(sa_type=Text)
    approved_at: datetime = moment()


TABLES = tuple(
    table_of(row)
    for row in (
        RequirementRow,
        DecisionRow,
        RecognitionRow,
        ConclusionRow,
        InspectionFindingRow,
        CompanyRow,
        RatingRow,
        SuspensionRow,
        NoticeRow,
        NoticeReadRow,
        PilotEntryRow,
        DrawPeriodRow,
        RuleVersionRow,
        RuleApprovalRow,
        BacktestRow,
        TrialRow,
        TrialVerdictRow,
    )
)
