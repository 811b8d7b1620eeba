"""The rows of what is measured: of each filing, its inspection, and each agency's part of that.

A table has one writer, so that nothing depends on what is heard first: filings are written by
their own events, the others with the case. Times are yard clock.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.messaging.tables import moment


class FilingRow(SQLModel, table=True):
    """A filing that was accepted, by the content in force.

    `goods` is the code of the heaviest line. `proposed` is what an amendment that is asked for
    would make of the content.
    """

    __tablename__ = "measured_filings"

    filing_id: UUID = Field(primary_key=True)
    accepted_at: datetime = moment()
    direction: str = Field(sa_type=Text)
    broker: str = Field(sa_type=Text)
    company: str = Field(sa_type=Text)
    goods: str = Field(sa_type=Text)
    containers: int
    teu: Decimal = Field(sa_type=Numeric)
    proposed: Any = Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)
    first_released_at: datetime | None = moment(nullable=True)
    outcome: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = moment(nullable=True)


class InspectionRow(SQLModel, table=True):
    """A filing's inspection as `domain.measuring` has it; the avoided once it is complete."""

    __tablename__ = "measured_inspections"

    filing_id: UUID = Field(primary_key=True)
    case_id: UUID
    mode: str | None = Field(default=None, sa_type=Text)
    yard: str | None = Field(default=None, sa_type=Text)
    slots: int
    selected_at: datetime | None = moment(nullable=True)
    booked_at: datetime | None = moment(nullable=True)
    slot_starts: datetime | None = moment(nullable=True)
    gate_in_at: datetime | None = moment(nullable=True)
    opened_at: datetime | None = moment(nullable=True)
    concluded_at: datetime | None = moment(nullable=True)
    completed_at: datetime | None = moment(nullable=True)
    openings: int
    working_minutes: int
    m2_hours: Decimal | None = Field(default=None, sa_type=Numeric)
    moves: int | None = None
    moves_avoided: int | None = None
    unpackings: int | None = None
    unpackings_avoided: int | None = None
    saved_cny: Decimal | None = Field(default=None, sa_type=Numeric)


class AgencyRow(SQLModel, table=True):
    """An agency's part of a filing's inspection; `officer_minutes` of those who signed in."""

    __tablename__ = "measured_agencies"

    filing_id: UUID = Field(primary_key=True)
    agency: str = Field(primary_key=True, sa_type=Text)
    inspects: bool
    scope: str = Field(sa_type=Text)
    selected_at: datetime | None = moment(nullable=True)
    came_at: datetime | None = moment(nullable=True)
    concluded_at: datetime | None = moment(nullable=True)
    team_minutes: int
    officer_minutes: int | None = None
