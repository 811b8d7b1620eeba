"""Rows of yards: what they were founded with, their later versions, and closures."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import text
from sqlmodel import Field, SQLModel


def moment(*, nullable: bool = False) -> Any:
    """A timestamptz column."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


class YardRow(SQLModel, table=True):
    """An inspection yard. `hours`: a pair of local times by weekday; a day left out is closed."""

    __tablename__ = "yards"

    code: str = Field(primary_key=True, sa_type=Text)
    name_zh: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    time_zone: str = Field(sa_type=Text)
    hours: dict[str, Any] = Field(sa_type=JSONB)
    terminal_moves: dict[str, Any] = Field(sa_type=JSONB)
    move_minutes: int
    availability_minutes: int
    free_days: int


class ResourceRow(SQLModel, table=True):
    """A bay, team or gear. Occupancy is taken in ascending id: no two wait for each other.

    What a `founding` one is says the row; of all others, a version of the yard does.
    """

    __tablename__ = "resources"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(
            "CASE sort WHEN 'bay' THEN kind IS NOT NULL AND agency IS NULL"
            " WHEN 'team' THEN kind IS NULL AND agency IS NOT NULL AND shift IS NOT NULL"
            " ELSE false END OR (NOT founding AND sort IN ('bay', 'team', 'gear'))",
            name="resources_bay_or_team",
        ),
        Index("resources_code", "yard", "sort", "code", unique=True),
    )

    id: int = Field(primary_key=True)
    yard: str = Field(foreign_key="yards.code", sa_type=Text)
    sort: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    kind: str | None = Field(default=None, sa_type=Text)
    agency: str | None = Field(default=None, sa_type=Text)
    skills: list[str] = Field(sa_type=JSONB)
    shift: list[str] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    rest: list[str] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    founding: bool = Field(sa_column_kwargs={"server_default": text("true")})


class YardVersionRow(SQLModel, table=True):
    """A later version of a yard: what it says, from which local day up to which (None: for good).

    Number 1 is what the yard was founded with. The database refuses to change a version.
    """

    __tablename__ = "yard_versions"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("number > 1", name="yard_versions_number"),
        CheckConstraint("valid_from < valid_to", name="yard_versions_days"),
    )

    yard: str = Field(primary_key=True, foreign_key="yards.code", sa_type=Text)
    number: int = Field(primary_key=True)
    valid_from: date = Field(sa_type=Date)
    valid_to: date | None = Field(default=None, sa_type=Date)
    content: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    made_at: datetime = moment()


class ClosureRow(SQLModel, table=True):
    """Something is closed at short notice; `sort` and `code` None: the whole yard.

    One that was lifted ended then. The database refuses any other change.
    """

    __tablename__ = "yard_closures"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("starts < ends", name="yard_closures_last"),
        CheckConstraint("(sort IS NULL) = (code IS NULL)", name="yard_closures_what"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="yard_closures_lifted"),
        CheckConstraint("lifted_reason IS NULL OR lifted_at IS NOT NULL", name="yard_closures_why"),
        Index("yard_closures_ends", "yard", "ends"),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    yard: str = Field(foreign_key="yards.code", sa_type=Text)
    sort: str | None = Field(default=None, sa_type=Text)
    code: str | None = Field(default=None, sa_type=Text)
    starts: datetime = moment()
    ends: datetime = moment()
    reason: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    made_at: datetime = moment()
    lifted_at: datetime | None = moment(nullable=True)
    lifted_by: str | None = Field(default=None, sa_type=Text)
    lifted_reason: str | None = Field(default=None, sa_type=Text)
