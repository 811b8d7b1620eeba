"""Rows of what brokers offer each other for exchange."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import text
from sqlmodel import Field, SQLModel

from services.booking.yard_tables import moment


class ExchangeRow(SQLModel, table=True):
    """A broker offers the slot of a booking, as it is then, for any one in a stretch.

    Without `yards` any yard that serves the cargo. `told_at`: when others were told of it. All
    moments are on the yards' clock.
    """

    __tablename__ = "exchanges"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("opens < closes", name="exchanges_stretch"),
        CheckConstraint("state IN ('open', 'taken', 'withdrawn')", name="exchanges_state"),
        CheckConstraint("(taken_by IS NOT NULL) = (state = 'taken')", name="exchanges_taken"),
        Index("exchanges_open", "booking_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    id: UUID = Field(primary_key=True)
    booking_id: UUID = Field(foreign_key="bookings.id")
    slot: dict[str, Any] = Field(sa_type=JSONB)
    opens: datetime = moment()
    closes: datetime = moment()
    yards: list[str] = Field(sa_type=ARRAY(Text))
    since: datetime = moment()
    state: str = Field(sa_type=Text)
    told_at: datetime | None = moment(nullable=True)
    taken_by: UUID | None = Field(default=None, foreign_key="bookings.id")
    changed_at: datetime = moment()


class ExchangeNoticeRow(SQLModel, table=True):
    """A booking whose broker was told of an offer, when it had `slot`; until `over_at` it stands.

    All moments are on the yards' clock.
    """

    __tablename__ = "exchange_notices"
    __table_args__: ClassVar[Any] = (
        Index("exchange_notices_standing", "exchange_id", postgresql_where=text("over_at IS NULL")),
    )

    exchange_id: UUID = Field(primary_key=True, foreign_key="exchanges.id")
    booking_id: UUID = Field(primary_key=True, foreign_key="bookings.id")
    slot: dict[str, Any] = Field(sa_type=JSONB)
    told_at: datetime = moment()
    over_at: datetime | None = moment(nullable=True)
