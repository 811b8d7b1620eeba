"""Rows of what agencies and companies are told of suspensions."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Text,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from shared.messaging.tables import moment


class NoticeRow(SQLModel, table=True):
    """A suspension, or that it is lifted, told to every agency and to the company. Never changed.

    The database writes it with the suspension itself, so that none is silent.
    """

    __tablename__ = "suspension_notices"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind IN ('suspended', 'lifted')"),
        UniqueConstraint("suspension_id", "kind"),
    )

    number: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    kind: str = Field(sa_type=Text)
    suspension_id: UUID = Field(foreign_key="company_suspensions.id")
    told_at: datetime = moment()


class NoticeReadRow(SQLModel, table=True):
    """Who of an agency, or of the company, acknowledged a notice first."""

    __tablename__ = "suspension_notices_read"

    number: int = Field(
        sa_column=Column(BigInteger, ForeignKey("suspension_notices.number"), primary_key=True)
    )
    office: str = Field(primary_key=True, sa_type=Text)
    read_by: str = Field(sa_type=Text)
    read_at: datetime = moment()
