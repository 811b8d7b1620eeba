"""The rows of trials: drafts that run beside the rules in force, and what they would have said."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.messaging.tables import moment


class TrialRow(SQLModel, table=True):
    """A draft that runs beside the rules until a legal day, or until it is stopped.

    All decisions made before `seen` (wall time) were looked at, but for some minutes.
    """

    __tablename__ = "rule_trials"
    __table_args__: ClassVar[Any] = (
        ForeignKeyConstraint(["name", "version"], ["rule_versions.name", "rule_versions.version"]),
        CheckConstraint("(stopped_at IS NULL) = (stopped_by IS NULL)"),
    )

    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    started_by: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    started_at: datetime = moment()
    until: date
    seen: datetime = moment()
    stopped_by: str | None = Field(default=None, sa_type=Text)
    stopped_at: datetime | None = moment(nullable=True)


class TrialVerdictRow(SQLModel, table=True):
    """What a draft would have made of one decision; `fault` if it could not be asked."""

    __tablename__ = "rule_trial_verdicts"
    __table_args__: ClassVar[Any] = (
        ForeignKeyConstraint(["name", "version"], ["rule_trials.name", "rule_trials.version"]),
        CheckConstraint("(outcome IS NULL) = (fault IS NOT NULL)"),
    )

    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    decision_id: UUID = Field(primary_key=True, foreign_key="decisions.id")
    changed: bool
    outcome: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    fault: str | None = Field(default=None, sa_type=Text)
    at: datetime = moment()
