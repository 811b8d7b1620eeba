"""What a change of a yard is answered with: what it hits, and what it leaves the yard without."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.booking.api.models import BilingualOut
from services.booking.domain.booking import Status
from services.booking.domain.resources import Sort
from shared.contracts.values import Slot


class HitOut(BaseModel):
    """A booking that does not stand after the change, and the slot it gets instead, if any."""

    booking_id: UUID
    filing_id: UUID
    broker: str
    status: Status
    slot: Slot
    to: Slot | None


class BareOut(BaseModel):
    """From a moment to another none of this is left in the yard: what it closes was the last.

    `name` is the agency, the bay's kind or the gear's.
    """

    starts: datetime
    ends: datetime
    sort: Sort
    name: str
    skills: list[str]
    text: BilingualOut


class PlanOut(BaseModel):
    """What a change hits. Send `moves` with the change to carry it out.

    `open` are containers that are open there: they stay. `bare` is what a closure takes the last
    of; it is made all the same.
    """

    hits: list[HitOut]
    open: list[UUID]
    bare: list[BareOut]
    moves: list[dict[str, Any]]


class MadeOut(BaseModel):
    """A change that was made: the version's number or the closure's id, and what it moved."""

    number: int
    plan: PlanOut
