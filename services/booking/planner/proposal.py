"""A plan as what it would change of the bookings that there are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.booking.domain.booking import Booking
from services.booking.optimizer.lacks import Lack
from services.booking.optimizer.problem import Place, Request, Team
from services.booking.optimizer.result import NoPlan
from services.booking.optimizer.worth import Help
from services.booking.planner import expecting, ids, posing
from services.booking.planner.expecting import Expected
from services.booking.planner.posing import Situation
from services.booking.planner.pricing import PoolPrice, pool_prices
from services.booking.planner.solve import Solved
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
    """One booking's planned slot. Costs in CNY without that of the change, `previous_cost` that of
    the slot it has now.

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


class Advice(Fact):
    """One more like that bay or team, with its hours. CNY over the plan's days: `worth` by the
    prices of what is scarce, `saved` by a plan with it. `agency` is None for a bay.
    """

    yard: str
    like: str
    agency: str | None
    abilities: tuple[str, ...]
    worth: Decimal
    saved: Decimal


class Proposal(Fact):
    """What a plan comes to. Money in CNY; `kept` counts the bookings whose slot stays."""

    items: tuple[Item, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    expected: tuple[Expected, ...] = ()
    advice: tuple[Advice, ...] = ()
    prices: tuple[PoolPrice, ...] = ()
    kept: int = 0
    objective: Decimal | None = None
    bound: Decimal | None = None
    gap: float | None = None
    seconds: float = 0
    seed: int
    made_at: Instant


def proposal(
    situation: Situation, requests: Sequence[Request], solved: Solved, *, seed: int, now: datetime
) -> Proposal:
    """What an outcome would change. Nothing is proposed for what keeps its slot."""
    outcome = solved.outcome
    bookings = {str(each.booking.id): each.booking for each in situation.candidates}
    prices = pool_prices(situation.grid, situation.calendars.values(), solved.worths)
    if isinstance(outcome, NoPlan):
        lacks = _unserved(outcome.lacks)
        return Proposal(unserved=lacks, prices=prices, seed=seed, made_at=now)
    items, kept = [], 0
    for request in requests:
        place = outcome.places.get(request.id)
        if place is None:
            continue
        booking = bookings[request.id]
        slot = posing.slot_of(situation.grid, booking, place)
        if booking.taking is not None and _same(slot, booking.taking):
            kept += 1
        else:
            items.append(_item(booking, request, slot, place))
    return Proposal(
        items=tuple(items),
        unserved=_unserved(outcome.unscheduled),
        expected=expecting.expected(situation.grid, requests, outcome.places),
        advice=tuple(_advice(each) for each in solved.helps),
        prices=prices,
        kept=kept,
        objective=outcome.objective,
        bound=outcome.bound,
        gap=outcome.gap,
        seconds=outcome.seconds,
        seed=seed,
        made_at=now,
    )


def _same(slot: Slot, other: Slot) -> bool:
    """Is it the same place at the same time, in whatever order the teams are told?"""
    one, two = (
        each.model_copy(update={"teams": frozenset(each.teams), "gear": frozenset(each.gear)})
        for each in (slot, other)
    )
    return one == two


def _item(booking: Booking, request: Request, slot: Slot, place: Place) -> Item:
    booked, alone = request.booked, replace(request, booked=None)
    return Item(
        booking_id=booking.id,
        version=booking.version,
        kind=_kind(booking, slot),
        slot=slot,
        previous=booking.taking,
        cost=alone.cost(place.start, place.yard),
        previous_cost=None if booked is None else alone.cost(booked.start, booked.yard),
    )


def _kind(booking: Booking, slot: Slot) -> Kind:
    now = booking.taking
    if now is not None:
        same = (now.starts, now.yard) == (slot.starts, slot.yard)
        return Kind.RESEAT if same else Kind.MOVE
    latest = booking.wish.latest
    in_time = latest is None or slot.ends <= latest
    return Kind.BOOK if booking.wish.auto_confirm and in_time else Kind.OFFER


def _advice(help_: Help) -> Advice:
    like = help_.like
    return Advice(
        yard=like.yard,
        like=ids.code(like.id),
        agency=like.agency if isinstance(like, Team) else None,
        abilities=tuple(sorted(like.skills if isinstance(like, Team) else like.kinds)),
        worth=help_.worth,
        saved=help_.saved,
    )


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
