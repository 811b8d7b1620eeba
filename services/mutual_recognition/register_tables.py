"""Rows of the registers: companies, ratings, suspensions, and what takes part in the pilot."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
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
    """A company that an agency has suspended, until it is lifted by another of its supervisors."""

    __tablename__ = "company_suspensions"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_because IS NULL)"),
        CheckConstraint("lifted_by <> suspended_by"),
        Index(
            "company_suspended_once",
            "uscc",
            "agency",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    uscc: str = Field(foreign_key="companies.uscc", sa_type=Text)
    agency: str = Field(sa_type=Text)
    grounds: str = Field(sa_type=Text)
    way_back: str = Field(sa_type=Text)
    suspended_by: str = Field(sa_type=Text)
    suspended_at: datetime = moment()
    lifted_by: str | None = Field(default=None, sa_type=Text)
    lifted_at: datetime | None = moment(nullable=True)
    lifted_because: str | None = Field(default=None, sa_type=Text)


class PilotEntryRow(SQLModel, table=True):
    """Whether something counts for an agency in the pilot, both days included.

    `code`: leading digits of an HS code; an authority's country and the type of its certificates;
    or a producer's registration number. Of the entries for a day the one given last counts.
    """

    __tablename__ = "pilot_entries"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind IN ('goods', 'authorities', 'producers')"),
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
