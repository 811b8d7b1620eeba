"""Rows of the registers: companies, ratings, suspensions, and what takes part in the pilot."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.messaging.tables import moment


class CompanyRow(SQLModel, table=True):
    """A company that agencies can rate, by its unified social credit code."""

    __tablename__ = "companies"

    uscc: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    registered_by: str = Field(sa_type=Text)
    registered_at: datetime = moment()


class RatingRow(SQLModel, table=True):
    """An agency's rating of a company, both days included. The one given last counts."""

    __tablename__ = "company_ratings"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("grade IN ('high', 'ordinary', 'low')"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from"),
        Index("company_ratings_of", "uscc", "agency", "given_at"),
    )

    id: UUID = Field(primary_key=True)
    uscc: str = Field(foreign_key="companies.uscc", sa_type=Text)
    agency: str = Field(sa_type=Text)
    grade: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = Field(default=None)
    grounds: str = Field(sa_type=Text)
    given_by: str = Field(sa_type=Text)
    given_at: datetime = moment()


class SuspensionRow(SQLModel, table=True):
    """A company that an agency has suspended, until it is lifted by another of its supervisors.

    By a supervisor, or by the policy: then it tells the conclusion that led to it, the row of the
    policy's version that said so, and what that was asked.
    """

    __tablename__ = "company_suspensions"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_because IS NULL)"),
        CheckConstraint("lifted_by <> suspended_by"),
        CheckConstraint(
            "num_nulls(filing_id, conclusion, policy, policy_row, known, liftable_from,"
            " suspended_on) IN (0, 7)"
        ),
        Index(
            "company_suspended_once",
            "uscc",
            "agency",
            unique=True,
            postgresql_where=text("lifted_at IS NULL AND policy IS NULL"),
        ),
        Index("company_suspended_by", "filing_id", "agency", "conclusion", unique=True),
        Index("company_suspensions_of", "uscc", "suspended_at"),
    )

    id: UUID = Field(primary_key=True)
    uscc: str = Field(foreign_key="companies.uscc", sa_type=Text)
    agency: str = Field(sa_type=Text)
    grounds: str = Field(sa_type=Text)
    way_back: str = Field(sa_type=Text)
    suspended_by: str = Field(sa_type=Text)
    suspended_at: datetime = moment()
    filing_id: UUID | None = Field(default=None)
    conclusion: int | None = Field(default=None)
    policy: int | None = Field(default=None)
    policy_row: str | None = Field(default=None, sa_type=Text)
    known: dict[str, Any] | None = Field(
        default=None, sa_type=JSONB(none_as_null=True), nullable=True
    )
    liftable_from: date | None = Field(default=None)
    suspended_on: date | None = Field(default=None)
    lifted_by: str | None = Field(default=None, sa_type=Text)
    lifted_at: datetime | None = moment(nullable=True)
    lifted_because: str | None = Field(default=None, sa_type=Text)


class PilotEntryRow(SQLModel, table=True):
    """Whether something counts for an agency in the pilot, both days included.

    `code`: leading digits of an HS code, also of goods that need a licence; an authority's country
    and the type of its certificates; or a producer's registration number. Of the entries for a day
    the one given last counts.
    """

    __tablename__ = "pilot_entries"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind IN ('goods', 'authorities', 'producers', 'licences')"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from"),
        Index("pilot_entries_of", "kind", "code", "agency", "given_at"),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    counts: bool
    valid_from: date
    valid_to: date | None = Field(default=None)
    grounds: str = Field(sa_type=Text)
    given_by: str = Field(sa_type=Text)
    given_at: datetime = moment()
