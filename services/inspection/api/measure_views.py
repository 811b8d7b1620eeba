"""Measures as they are told in JSON."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from services.inspection import measured
from shared.contracts.values import Direction, Mode, Scope
from shared.prepared import Row


class AgencyMeasuresOut(BaseModel):
    """An agency's part: `came_at` is the first time at the container, `team_minutes` the time of
    its team at it, `officer_minutes` that of its officers together, null where none signed in.
    `inspects` is false for one that recognises.
    """

    agency: str
    inspects: bool
    scope: Scope
    selected_at: datetime | None
    came_at: datetime | None
    concluded_at: datetime | None
    team_minutes: int
    officer_minutes: int | None


class StepsOut(BaseModel):
    """Whole minutes of each step; null for what was not taken, or not yet."""

    release: int | None = Field(description="From filing to release or refused entry.")
    first_release: int | None = Field(description="From filing to the first container's release.")
    selection: int | None = Field(description="From filing to the first selection.")
    booking: int | None = Field(description="From selection to the first agreed slot.")
    arrival: int | None = Field(description="From the agreed slot to the yard's gate.")
    gate: int | None = Field(description="From the gate to the first opening.")
    delay: int | None = Field(description="From the slot's begin to the first opening.")
    inspection: int | None = Field(description="From the first opening to the last conclusion.")
    decision: int | None = Field(description="From the last conclusion to the filing's end.")
    working: int | None = Field(description="Of `release`, while a team was at the container.")
    waiting: int | None = Field(description="Of `release`, the rest.")


class FilingMeasuresOut(BaseModel):
    """One filing; times are the yard's clock.

    `company` is the consignee or consignor, `goods` the code of the heaviest line. Moves and
    unpackings are told once the inspection is complete, in containers.
    """

    filing_id: UUID
    direction: Direction
    broker: str
    company: str
    goods: str
    containers: int
    teu: Decimal
    mode: Mode | None = Field(description="`none` once it ended without any inspection.")
    yard: str | None
    outcome: str | None
    accepted_at: datetime
    selected_at: datetime | None
    booked_at: datetime | None
    slot_starts: datetime | None
    gate_in_at: datetime | None
    opened_at: datetime | None
    concluded_at: datetime | None
    completed_at: datetime | None
    first_released_at: datetime | None
    ended_at: datetime | None
    minutes: StepsOut
    slots: int | None = Field(description="How many slots it was given.")
    openings: int | None
    moves: int | None
    moves_avoided: int | None
    unpackings: int | None
    unpackings_avoided: int | None
    saved_cny: Decimal | None = Field(description="What the avoided ones would have cost.")
    m2_hours: Decimal | None = Field(description="Area of the yard in use, times the hours.")
    team_minutes: int | None = Field(description="Of all agencies' teams together.")
    officer_minutes: int | None = Field(
        description="Of all officers together that signed in; null where none did."
    )
    agencies: list[AgencyMeasuresOut]


class SpreadOut(BaseModel):
    """Of `count` filings that took the step, the minutes; nine in ten took `p90` or less."""

    count: int
    mean: int | None
    median: int | None
    p90: int | None


class SpreadsOut(BaseModel):
    """The spread of each step, as in one filing's `minutes`."""

    release: SpreadOut
    first_release: SpreadOut
    selection: SpreadOut
    booking: SpreadOut
    arrival: SpreadOut
    gate: SpreadOut
    delay: SpreadOut
    inspection: SpreadOut
    decision: SpreadOut
    working: SpreadOut
    waiting: SpreadOut


class GroupOut(BaseModel):
    """A group of filings; null is what they are not grouped by, or have not.

    `goods` is a heading of four digits, `period` its first day. Of sums, what is not known counts
    nothing. By agency, times, working minutes and team minutes are the agency's own, and a filing
    counts with each agency that was to inspect or to recognise. `officer_minutes` are those of the
    `officers_recorded` filings at which officers signed in and out; null where there is none.
    """

    yard: str | None = None
    agency: str | None = None
    company: str | None = None
    goods: str | None = None
    period: date | None = None
    filings: int
    released: int
    refused_entry: int
    withdrawn: int
    open: int
    mode_none: int
    mode_single: int
    mode_joint: int
    mode_recognition: int
    containers: int
    teu: Decimal
    openings: int
    moves: int
    moves_avoided: int
    unpackings: int
    unpackings_avoided: int
    saved_cny: Decimal
    m2_hours: Decimal
    team_minutes: int
    officer_minutes: int | None
    officers_recorded: int
    working_minutes: int
    waiting_minutes: int
    minutes: SpreadsOut


class GroupsOut(BaseModel):
    """All groups, in the order of what they are grouped by."""

    items: list[GroupOut]


def filing_out(row: Row, agencies: Iterable[Row]) -> FilingMeasuresOut:
    """One filing, with its agencies."""
    return FilingMeasuresOut(
        **row,
        minutes=StepsOut(**{name: row[name] for name in measured.MINUTES}),
        agencies=[AgencyMeasuresOut(**each) for each in agencies],
    )


def group_out(row: Row) -> GroupOut:
    """One group."""
    sums = {name: row[f"sum_{name}"] for name in measured.SUMS}
    sums |= {f"{name}_minutes": sums.pop(name) for name in ("working", "waiting")}
    spreads = {
        name: SpreadOut(**{each: row[f"{name}_{each}"] for each in measured.SPREAD})
        for name in measured.MINUTES
    }
    return GroupOut(**row, **sums, minutes=SpreadsOut(**spreads))
