"""The tables each service has for its events. Rows are rows: nothing here validates."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.database import table_of


def moment(*, nullable: bool = False) -> Any:
    """A timestamptz column."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


class OutboxRow(SQLModel, table=True):
    """An event of this service. It stays after publishing: PostgreSQL is the record.

    `emission` counts how often it was given to the broker under a new message id.
    """

    __tablename__ = "outbox"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("aggregate", "aggregate_id", "aggregate_version"),
        Index("outbox_unpublished", "seq", postgresql_where="published_at IS NULL"),
        Index("outbox_parked", "aggregate_id", postgresql_where="parked_at IS NOT NULL"),
    )

    seq: int = Field(sa_column=Column(BigInteger, Identity(), primary_key=True))
    event_id: UUID = Field(unique=True)
    aggregate: str = Field(sa_type=Text)
    aggregate_id: UUID
    aggregate_version: int
    type: str = Field(sa_type=Text)
    envelope: dict[str, Any] = Field(sa_type=JSONB)
    occurred_at: datetime = moment()
    emission: int = 1
    published_at: datetime | None = moment(nullable=True)
    parked_at: datetime | None = moment(nullable=True)
    parked_reason: str | None = Field(default=None, sa_type=Text)


class InboxRow(SQLModel, table=True):
    """The claim of an event by a consumer, made in the effect's own transaction."""

    __tablename__ = "inbox"
    __table_args__: ClassVar[Any] = (Index("inbox_handled_at", "handled_at"),)

    consumer: str = Field(primary_key=True, sa_type=Text)
    event_id: UUID = Field(primary_key=True)
    handled_at: datetime = moment()


class WatermarkRow(SQLModel, table=True):
    """The last version of another service's aggregate that a consumer has taken."""

    __tablename__ = "watermarks"

    consumer: str = Field(primary_key=True, sa_type=Text)
    aggregate: str = Field(primary_key=True, sa_type=Text)
    aggregate_id: UUID = Field(primary_key=True)
    version: int


class DeadLetterRow(SQLModel, table=True):
    """A message that could not be applied. Its aggregate's later events wait until it is decided.

    `state` is `open`, `redriven` or `dropped`; `payload` is the message as it came.
    """

    __tablename__ = "dead_letters"
    __table_args__: ClassVar[Any] = (
        Index(
            "dead_letters_open",
            "consumer",
            "message",
            unique=True,
            postgresql_where="state = 'open'",
        ),
    )

    id: UUID = Field(primary_key=True)
    consumer: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    type: str | None = Field(default=None, sa_type=Text)
    payload: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    deliveries: int
    first_at: datetime = moment()
    last_at: datetime = moment()
    state: str = Field(default="open", sa_type=Text)
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = moment(nullable=True)
    note: str | None = Field(default=None, sa_type=Text)


class OperatorActRow(SQLModel, table=True):
    """What an operator did about stuck events. The database refuses to change or delete a row."""

    __tablename__ = "operator_acts"

    id: UUID = Field(primary_key=True)
    at: datetime = moment()
    by: str = Field(sa_type=Text)
    organisation: str = Field(sa_type=Text)
    act: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    result: str = Field(sa_type=Text)


TABLES = tuple(
    table_of(row) for row in (OutboxRow, InboxRow, WatermarkRow, DeadLetterRow, OperatorActRow)
)
