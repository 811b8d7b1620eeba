"""Rows and the constraints that hold whatever the code does. Nothing here validates."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    LargeBinary,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.sql import column, func, text
from sqlmodel import Field, SQLModel

from services.booking.exchange_tables import ExchangeNoticeRow, ExchangeRow
from services.booking.yard_tables import ClosureRow, ResourceRow, YardRow, YardVersionRow, moment
from shared.database import table_of


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
        Index("bookings_asked", "asked_at"),
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
    window_opens: datetime = moment()
    free_until: datetime = moment()
    wish: dict[str, Any] = Field(sa_type=JSONB)
    cargo: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    auto_confirm: bool
    status: str = Field(sa_type=Text)
    version: int
    only: list[str] = Field(sa_type=JSONB)
    slot: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    held_until: datetime | None = moment(nullable=True)
    wanted: bool
    hold_extended: bool
    asked_at: datetime = moment()
    changed_at: datetime = moment()


class GivenUpRow(SQLModel, table=True):
    """A slot that a broker gave up, held and did not confirm, or whose cargo did not come.

    `at` is on the yards' clock.
    """

    __tablename__ = "given_up"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("act IN ('cancelled', 'lapsed', 'missed')", name="given_up_act"),
        Index("given_up_broker", "broker", "at"),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    broker: str = Field(sa_type=Text)
    booking_id: UUID
    act: str = Field(sa_type=Text)
    at: datetime = moment()


class WaitRow(SQLModel, table=True):
    """A request waits for a slot in a stretch; all moments on the yards' clock.

    It is offered one, then either takes it or lets it lapse; or leaves the line. `over`: a slot was
    chosen by hand after the offer, which then has no part in what becomes of that. `ended`: who
    was offered one leaves the line, and keeps that.
    """

    __tablename__ = "waits"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("opens < closes", name="waits_stretch"),
        CheckConstraint("state IN ('waiting', 'offered', 'lapsed', 'left')", name="waits_state"),
        Index(
            "waits_waiting", "booking_id", unique=True, postgresql_where=text("state = 'waiting'")
        ),
        Index("waits_booking", "booking_id", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    booking_id: UUID = Field(foreign_key="bookings.id")
    opens: datetime = moment()
    closes: datetime = moment()
    yards: list[str] = Field(sa_type=ARRAY(Text))
    since: datetime = moment()
    state: str = Field(sa_type=Text)
    over: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    ended: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    changed_at: datetime = moment()


class OccupancyRow(SQLModel, table=True):
    """A resource is taken by a booking for an interval; of active ones no two may overlap.

    `used`: it was, by an inspection that is completed, for the interval that is left.
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
        CheckConstraint("NOT (active AND used)", name="occupancy_over"),
        Index("occupancy_booking", "booking_id", postgresql_where=text("active")),
        Index("occupancy_used", "during", postgresql_using="gist", postgresql_where=text("used")),
        Index("occupancy_used_by", "booking_id", postgresql_where=text("used")),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    resource: int = Field(foreign_key="resources.id")
    during: Range[datetime] = Field(sa_type=TSTZRANGE)
    booking_id: UUID = Field(foreign_key="bookings.id")
    active: bool = True
    used: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


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
    asked_at: datetime = moment()
    stage: str = Field(sa_type=Text)
    tries: int
    due_back: datetime | None = moment(nullable=True)
    proposal: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    applied: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    failure: str | None = Field(default=None, sa_type=Text)


class CalendarRow(SQLModel, table=True):
    """A calendar that can be subscribed to by its address, of which a digest alone is kept.

    `code` is the team's, or the broker's organisation; `owner` may take it back.
    """

    __tablename__ = "calendars"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("sort IN ('yard', 'team', 'broker')", name="calendars_sort"),
        CheckConstraint("(yard IS NULL) = (sort = 'broker')", name="calendars_yard"),
        CheckConstraint("(code IS NULL) = (sort = 'yard')", name="calendars_code"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="calendars_revoked"),
        Index("calendars_owner", "owner", postgresql_where=text("revoked_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    digest: bytes = Field(sa_type=LargeBinary, unique=True)
    sort: str = Field(sa_type=Text)
    yard: str | None = Field(default=None, foreign_key="yards.code", sa_type=Text)
    code: str | None = Field(default=None, sa_type=Text)
    owner: str = Field(sa_type=Text)
    made_by: str = Field(sa_type=Text)
    made_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)
    revoked_by: str | None = Field(default=None, sa_type=Text)


TABLES = tuple(
    table_of(row)
    for row in (
        YardRow,
        ResourceRow,
        YardVersionRow,
        ClosureRow,
        BookingRow,
        GivenUpRow,
        WaitRow,
        ExchangeRow,
        ExchangeNoticeRow,
        OccupancyRow,
        PlanRow,
        CalendarRow,
    )
)
