"""A plan as what it would change of the bookings that there are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.booking.domain.booking import Booking
from services.booking.optimizer.lacks import Lack
from services.booking.optimizer.problem import Request
from services.booking.optimizer.result import NoPlan, Outcome
from services.booking.planner import posing
from services.booking.planner.posing import Situation
from shared.contracts.envelope import Fact
from shared.contracts.values import Instant, Said, Slot


class Kind(StrEnum):
    """What becomes of a booking: its slot is booked, moved, given another bay or team at the same
    time, or proposed to its broker, who has not asked for the best one at once.
    """

    BOOK = "book"
    MOVE = "move"
    RESEAT = "reseat"
    OFFER = "offer"


class Item(Fact):
    """One booking's planned slot. Costs in CNY, `previous_cost` that of the slot it has now.

    `version` is the booking's when the plan was made.
    """

    booking_id: UUID
    version: int
    kind: Kind
    slot: Slot
    previous: Slot | None = None
    cost: Decimal
    previous_cost: Decimal | None = None


class Unserved(Fact):
    """A booking without a planned slot, and what it lacks."""

    booking_id: UUID
    rule: str
    reason: Said
    mend: Said


class Proposal(Fact):
    """What a plan comes to. Money in CNY; `kept` counts the bookings whose slot stays."""

    items: tuple[Item, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    kept: int = 0
    objective: Decimal | None = None
    bound: Decimal | None = None
    gap: float | None = None
    seconds: float = 0
    seed: int
    made_at: Instant


def proposal(
    situation: Situation, requests: Sequence[Request], outcome: Outcome, *, seed: int, now: datetime
) -> Proposal:
    """What an outcome would change. Nothing is proposed for what keeps its slot."""
    bookings = {str(each.booking.id): each.booking for each in situation.candidates}
    if isinstance(outcome, NoPlan):
        return Proposal(unserved=_unserved(outcome.lacks), seed=seed, made_at=now)
    items, kept = [], 0
    for request in requests:
        place = outcome.places.get(request.id)
        if place is None:
            continue
        booking = bookings[request.id]
        slot = posing.slot_of(situation.grid, booking, place)
        if slot == booking.taking:
            kept += 1
        else:
            items.append(_item(booking, request, slot, cost=request.cost(place.start, place.yard)))
    return Proposal(
        items=tuple(items),
        unserved=_unserved(outcome.unscheduled),
        kept=kept,
        objective=outcome.objective,
        bound=outcome.bound,
        gap=outcome.gap,
        seconds=outcome.seconds,
        seed=seed,
        made_at=now,
    )


def _item(booking: Booking, request: Request, slot: Slot, *, cost: Decimal) -> Item:
    booked = request.booked
    return Item(
        booking_id=booking.id,
        version=booking.version,
        kind=_kind(booking, slot),
        slot=slot,
        previous=booking.taking,
        cost=cost,
        previous_cost=None if booked is None else request.cost(booked.start, booked.yard),
    )


def _kind(booking: Booking, slot: Slot) -> Kind:
    now = booking.taking
    if now is not None:
        same = (now.starts, now.yard) == (slot.starts, slot.yard)
        return Kind.RESEAT if same else Kind.MOVE
    latest = booking.wish.latest
    in_time = latest is None or slot.ends <= latest
    return Kind.BOOK if booking.wish.auto_confirm and in_time else Kind.OFFER


def _unserved(lacks: Mapping[str, Lack]) -> tuple[Unserved, ...]:
    return tuple(
        Unserved(
            booking_id=UUID(name),
            rule=lack.rule,
            reason=Said(en=lack.en, zh=lack.zh),
            mend=Said(en=lack.mend, zh=lack.mend_zh),
        )
        for name, lack in lacks.items()
    )
