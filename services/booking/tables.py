"""Rows and the constraints that hold whatever the code does. Nothing here validates."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.sql import column, func, text
from sqlmodel import Field, SQLModel

from shared.database import table_of


def _moment(*, nullable: bool = False) -> Any:
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
    made_at: datetime = _moment()


class ClosureRow(SQLModel, table=True):
    """Something is closed at short notice; `sort` and `code` None: the whole yard.

    One that was lifted ended then. The database refuses any other change.
    """

    __tablename__ = "yard_closures"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("starts < ends", name="yard_closures_last"),
        CheckConstraint("(sort IS NULL) = (code IS NULL)", name="yard_closures_what"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="yard_closures_lifted"),
        Index("yard_closures_ends", "yard", "ends"),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    yard: str = Field(foreign_key="yards.code", sa_type=Text)
    sort: str | None = Field(default=None, sa_type=Text)
    code: str | None = Field(default=None, sa_type=Text)
    starts: datetime = _moment()
    ends: datetime = _moment()
    reason: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    made_at: datetime = _moment()
    lifted_at: datetime | None = _moment(nullable=True)
    lifted_by: str | None = Field(default=None, sa_type=Text)


class BookingRow(SQLModel, table=True):
    """The one booking of a requirement; `version` counts its events."""

    __tablename__ = "bookings"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(
            "status IN ('requested', 'held', 'confirmed', 'started', 'completed',"
            " 'cancelled', 'missed', 'expired')",
            name="bookings_status",
        ),
        CheckConstraint(
            "slot IS NOT NULL OR status NOT IN ('held', 'confirmed', 'started', 'completed')",
            name="bookings_slot",
        ),
        CheckConstraint("(held_until IS NOT NULL) = (status = 'held')", name="bookings_held"),
        CheckConstraint("window_opens <= free_until", name="bookings_window"),
        Index("bookings_filing", "filing_id"),
        Index("bookings_holds", "broker", postgresql_where=text("status = 'held'")),
        Index("bookings_held_until", "held_until", postgresql_where=text("status = 'held'")),
        Index("bookings_started", "id", postgresql_where=text("status = 'started'")),
        Index("bookings_seeking", "id", postgresql_where=text("auto_confirm AND wanted")),
    )

    id: UUID = Field(primary_key=True)
    requirement_id: UUID = Field(unique=True)
    filing_id: UUID
    broker: str = Field(sa_type=Text)
    revision: int
    required: list[Any] = Field(sa_type=JSONB)
    bay_kind: str = Field(sa_type=Text)
    yard: str = Field(foreign_key="yards.code", sa_type=Text)
    window_opens: datetime = _moment()
    free_until: datetime = _moment()
    wish: dict[str, Any] = Field(sa_type=JSONB)
    cargo: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    auto_confirm: bool
    status: str = Field(sa_type=Text)
    version: int
    only: list[str] = Field(sa_type=JSONB)
    slot: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    held_until: datetime | None = _moment(nullable=True)
    wanted: bool
    hold_extended: bool
    changed_at: datetime = _moment()


class GivenUpRow(SQLModel, table=True):
    """A slot that a broker gave up or whose cargo did not come; `at` on the yards' clock."""

    __tablename__ = "given_up"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("act IN ('cancelled', 'missed')", name="given_up_act"),
        Index("given_up_broker", "broker", "at"),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    broker: str = Field(sa_type=Text)
    booking_id: UUID
    act: str = Field(sa_type=Text)
    at: datetime = _moment()


class OccupancyRow(SQLModel, table=True):
    """A resource is taken by a booking for an interval; of active ones no two may overlap.

    The PostgreSQL we ship has no btree_gist, hence `int4range(resource, resource, '[]')`.
    """

    __tablename__ = "occupancy"
    __table_args__: ClassVar[Any] = (
        ExcludeConstraint(
            (func.int4range(column("resource"), column("resource"), "[]"), "&&"),
            (column("during"), "&&"),
            where=text("active"),
            using="gist",
            name="occupancy_once",
        ),
        CheckConstraint("NOT isempty(during)", name="occupancy_lasts"),
        Index("occupancy_booking", "booking_id", postgresql_where=text("active")),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    resource: int = Field(foreign_key="resources.id")
    during: Range[datetime] = Field(sa_type=TSTZRANGE)
    booking_id: UUID = Field(foreign_key="bookings.id")
    active: bool = True


class PlanRow(SQLModel, table=True):
    """An order for a plan. Of the same yards only one is under way."""

    __tablename__ = "plans"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(
            "stage IN ('asked', 'running', 'proposed', 'applied', 'failed', 'cancelled')",
            name="plans_stage",
        ),
        CheckConstraint("(stage = 'running') = (due_back IS NOT NULL)", name="plans_running"),
        CheckConstraint(
            "proposal IS NOT NULL OR stage NOT IN ('proposed', 'applied')", name="plans_proposal"
        ),
        CheckConstraint("(stage = 'applied') = (applied IS NOT NULL)", name="plans_applied"),
        CheckConstraint("(stage = 'failed') = (failure IS NOT NULL)", name="plans_failure"),
        Index(
            "plans_under_way",
            "yards",
            unique=True,
            postgresql_where=text("stage IN ('asked', 'running')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    yards: list[str] = Field(sa_type=JSONB)
    terms: dict[str, Any] = Field(sa_type=JSONB)
    asked_by: str = Field(sa_type=Text)
    asked_at: datetime = _moment()
    stage: str = Field(sa_type=Text)
    tries: int
    due_back: datetime | None = _moment(nullable=True)
    proposal: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    applied: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    failure: str | None = Field(default=None, sa_type=Text)


TABLES = tuple(
    table_of(row)
    for row in (
        YardRow,
        ResourceRow,
        YardVersionRow,
        ClosureRow,
        BookingRow,
        GivenUpRow,
        OccupancyRow,
        PlanRow,
    )
)
