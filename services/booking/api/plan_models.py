"""What the API takes and answers about plans. Times in UTC, money in CNY."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.booking.api.models import BilingualOut, Code
from services.booking.planner.order import Stage, Terms
from services.booking.planner.proposal import Kind
from services.booking.planner.recheck import Why
from shared.contracts.values import Slot
from shared.http.model import Number, StrictModel

Share = Annotated[Decimal, Number(digits=6, places=5, le=Decimal(1))]
Cost = Annotated[Decimal, Number(digits=12, places=2)]


class PlanIn(StrictModel):
    """Which yards to plan, for how long, and whether confirmed slots may be moved."""

    yards: Annotated[
        tuple[Code, ...],
        Field(strict=False, max_length=32, description="None: all that the caller may plan."),
    ] = ()
    days: Annotated[int, Field(ge=1, le=60, description="From today on.")] = 7
    seconds: Annotated[int, Field(ge=1, le=600, description="Wall seconds of search.")] = 10
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    replan: Annotated[bool, Field(description="Whether confirmed slots may be moved.")] = False
    most_moved: Annotated[
        Share, Field(description="The share of confirmed slots that may be moved.")
    ] = Decimal("0.15")
    freeze_minutes: Annotated[
        int,
        Field(ge=0, le=43_200, description="Slots that begin within these minutes never move."),
    ] = 1440
    change_cost: Annotated[
        Cost | None, Field(description="CNY for each move; none: what the weights say.")
    ] = None

    def terms(self) -> Terms:
        """The domain's word for it."""
        return Terms.model_validate(self.model_dump(exclude={"yards"}))


class ItemOut(BaseModel):
    """A booking's planned slot beside the one it has now."""

    booking_id: UUID
    kind: Kind = Field(
        description="`book`, `move`, `reseat`: another bay or team at the same time; `offer`:"
        " proposed to a broker who has not asked for the best slot at once."
    )
    slot: Slot
    previous: Slot | None
    cost: Decimal = Field(description="CNY of waiting, lateness and move in the planned slot.")
    previous_cost: Decimal | None = Field(description="The same of the slot it has now.")


class UnservedOut(BaseModel):
    """A booking that gets no slot, what it lacks, and what would help."""

    booking_id: UUID
    rule: str
    reason: BilingualOut
    mend: BilingualOut


class FiguresOut(BaseModel):
    """How good a plan is: no plan costs less than `bound`."""

    objective: Decimal | None
    bound: Decimal | None
    gap: float | None
    seconds: float
    seed: int
    kept: int = Field(description="Bookings that keep their slot.")
    made_at: datetime


class LeftOut(BaseModel):
    """An item that was not applied, and why."""

    booking_id: UUID
    why: Why


class AppliedOut(BaseModel):
    """What was applied, and what no longer held by then."""

    at: datetime
    applied: int
    left: list[LeftOut]


class PlanSummaryOut(BaseModel):
    """A plan in a list."""

    id: UUID
    stage: Stage
    yards: list[str]
    asked_by: str
    asked_at: datetime
    terms: Terms
    figures: FiguresOut | None
    failure: str | None


class PlanOut(PlanSummaryOut):
    """A plan: what was asked for, what it would change, and what was applied."""

    items: list[ItemOut]
    unserved: list[UnservedOut]
    applied: AppliedOut | None
