"""A yard's board as clients see it; times in the yard's zone."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.booking.domain.booking import Status
from shared.contracts.values import BayKind


class PlacedOut(BaseModel):
    """A booking on the board."""

    booking_id: UUID
    filing_id: UUID
    status: Status
    starts: datetime
    ends: datetime
    teams: list[str]
    bays: list[str] = Field(description="All bays that it takes, next to each other.")
    held_until: datetime | None


class RowOut(BaseModel):
    """A bay's bookings of the day, in order."""

    bay: str
    kind: BayKind
    bookings: list[PlacedOut]


class BoardOut(BaseModel):
    """A yard's local day, with each bay's bookings; times in the yard's zone."""

    yard: str
    day: date
    time_zone: str
    opens: datetime | None
    closes: datetime | None
    rows: list[RowOut]
