"""What can be done to a booking, by the state table.

Each act returns the changed booking and what happened, or raises `BookingMoveNotAllowed`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.booking.domain import cargo
from services.booking.domain.booking import MOVES, Act, Booking, Status
from services.booking.domain.refusals import (
    BookingMoveNotAllowed,
    HoldExtendedOnce,
    HoldRanOut,
    RequestClosed,
    SlotOver,
)
from services.booking.domain.yard import Yard, window
from shared.contracts import booking as told
from shared.contracts import derived
from shared.contracts.envelope import Event
from shared.contracts.requirement import Determination
from shared.contracts.values import Said, Slot


@dataclass(frozen=True)
class Change:
    """A booking after an act, and what happened."""

    after: Booking
    events: tuple[Event, ...] = ()


def require(booking: Booking, act: Act) -> Status:
    """Where the act would lead. Raises BookingMoveNotAllowed if no table row has it."""
    status = MOVES.get((booking.status, act))
    if status is None:
        raise BookingMoveNotAllowed(status=booking.status, act=act)
    return status


def opened(needed: Determination, *, yard: Yard, now: datetime) -> Change:
    """A slot is wanted for a requirement that nothing was known of."""
    fresh = Booking(
        id=derived.booking_id(needed.requirement_id),
        requirement_id=needed.requirement_id,
        filing_id=needed.filing_id,
        broker=needed.broker,
        revision=needed.revision,
        required=needed.needs,
        bay_kind=needed.bay_kind,
        yard=yard.code,
        window=window(yard, cargo.of(needed)),
        wish=needed.slot_wish,
        cargo=cargo.of(needed),
        asked_at=now,
    )
    return done(fresh, _requested(fresh))


def revised(booking: Booking, needed: Determination, *, yard: Yard) -> Booking:
    """The booking with a newer revision's facts; its slot is not looked at here.

    If the slot is for some agencies only, those whose need is new or changed join them.
    """
    changed = tuple(need.agency for need in needed.needs if need not in booking.required)
    only = tuple(dict.fromkeys((*booking.only, *changed))) if booking.only else ()
    return replace(
        booking,
        revision=needed.revision,
        required=needed.needs,
        bay_kind=needed.bay_kind,
        yard=yard.code,
        window=window(yard, cargo.of(needed)),
        wish=needed.slot_wish,
        cargo=cargo.of(needed),
        only=only,
        wanted=True,
    )


def serving(booking: Booking, agencies: tuple[str, ...]) -> Booking:
    """The booking whose slot serves these agencies; others that are needed want a later one."""
    everyone = {need.agency for need in booking.required} <= set(agencies)
    return replace(booking, only=() if everyone else agencies)


def no_longer_wanted(booking: Booking) -> Change:
    """The requirement is met: nothing is told, and nothing will be booked again."""
    return Change(replace(booking, wanted=False))


def requested(booking: Booking, *, only: tuple[str, ...] = ()) -> Change:
    """A slot is wanted again, for some agencies or for all that are needed."""
    after = _moved(booking, Act.REQUEST, only=only, wanted=True)
    return done(after, _requested(after))


def held(
    booking: Booking,
    *,
    slot: Slot,
    until: datetime,
    offered: bool = False,
    reason: Said | None = None,
) -> Change:
    """A slot is set aside `until` (yard clock), or until it begins; `offered`: by the line.

    A hold that is exchanged is the same one, and is extended no more if it was; for what `reason`,
    if nobody asked for that. Raises RequestClosed.
    """
    _require_wanted(booking)
    ends, extended = min(until, slot.starts), booking.hold_extended
    after = _moved(booking, Act.HOLD, slot=slot, held_until=ends, hold_extended=extended)
    event = told.BookingHeld(
        **ids(after), slot=slot, held_until=ends, offered=offered, reason=reason
    )
    return done(after, event)


def held_longer(booking: Booking, *, until: datetime, now: datetime) -> Change:
    """The hold lasts longer, once, but not beyond its slot's start.

    Raises HoldRanOut and HoldExtendedOnce.
    """
    ends = min(until, _slot(booking).starts)
    after = _moved(booking, Act.PROLONG, held_until=ends, hold_extended=True)
    if booking.held_until is not None and booking.held_until <= now:
        raise HoldRanOut(held_until=booking.held_until)
    if booking.hold_extended:
        raise HoldExtendedOnce(held_until=booking.held_until)
    return done(after, told.BookingHeld(**ids(after), slot=_slot(after), held_until=ends))


def booked(booking: Booking, *, slot: Slot) -> Change:
    """A slot is agreed at once, as the broker wished. Raises RequestClosed."""
    _require_wanted(booking)
    after = _moved(booking, Act.BOOK, slot=slot)
    return done(after, told.BookingConfirmed(**ids(after), slot=slot))


def confirmed(booking: Booking, *, now: datetime) -> Change:
    """The held slot is agreed. Raises HoldRanOut at and after `held_until`."""
    after = _moved(booking, Act.CONFIRM)
    if booking.held_until is not None and booking.held_until <= now:
        raise HoldRanOut(held_until=booking.held_until)
    return done(after, told.BookingConfirmed(**ids(after), slot=_slot(after)))


def expired(booking: Booking, *, reason: Said | None = None) -> Change:
    """The hold ran out; or it was taken back before that, for a reason."""
    after = _moved(booking, Act.EXPIRE)
    return done(after, told.BookingExpired(**ids(after), reason=reason))


def rescheduled(booking: Booking, *, slot: Slot, reason: Said) -> Change:
    """The agreed slot is exchanged for another. Raises RequestClosed."""
    _require_wanted(booking)
    after = _moved(booking, Act.RESCHEDULE, slot=slot)
    return done(
        after,
        told.BookingRescheduled(**ids(after), slot=slot, previous=_slot(booking), reason=reason),
    )


def require_ahead(booking: Booking, *, now: datetime) -> None:
    """Raises SlotOver if its slot has ended: what came of that is not rewritten."""
    slot = booking.taking
    if slot is not None and slot.ends <= now:
        raise SlotOver(ended=slot.ends)


def cancelled(booking: Booking, *, reason: Said) -> Change:
    """The slot is given up; the requirement still wants one."""
    after = _moved(booking, Act.CANCEL)
    return done(after, told.BookingCancelled(**ids(after), reason=reason, rebookable=True))


def missed(booking: Booking, *, now: datetime) -> Change:
    """The cargo did not come; the requirement still wants a slot."""
    after = _moved(booking, Act.MISS)
    return done(after, told.BookingMissed(**ids(after), missed_at=now))


def started(booking: Booking, *, slot: Slot, at: datetime) -> Change:
    """The container was opened, in `slot`."""
    after = _moved(booking, Act.START, slot=slot)
    return done(after, told.BookingStarted(**ids(after), slot=slot, started_at=at))


def extended(booking: Booking, *, slot: Slot, reason: Said) -> Change:
    """More minutes or another team for the open container."""
    after = _moved(booking, Act.EXTEND, slot=slot)
    return done(after, told.BookingExtended(**ids(after), slot=slot, reason=reason))


def completed(booking: Booking, *, at: datetime) -> Change:
    """Bay and teams are free again."""
    after = _moved(booking, Act.COMPLETE)
    return done(after, told.BookingCompleted(**ids(after), completed_at=at))


def ended(booking: Booking, *, reason: Said) -> Change:
    """The requirement needs no slot any more."""
    after = _moved(booking, Act.END, wanted=False)
    return done(after, told.BookingCancelled(**ids(after), reason=reason, rebookable=False))


def _moved(booking: Booking, act: Act, **changes: Any) -> Booking:
    status = require(booking, act)
    kept = {"held_until": None, "hold_extended": False, **changes}
    return replace(booking, status=status, **kept)


def done(after: Booking, *events: Event) -> Change:
    """The booking with as many more events."""
    return Change(replace(after, version=after.version + len(events)), events)


def _requested(booking: Booking) -> Event:
    return told.BookingRequested(
        **ids(booking),
        window_opens=booking.window.opens,
        free_until=booking.window.free_until,
    )


def ids(booking: Booking) -> dict[str, Any]:
    """What every event of a booking says."""
    return {
        "filing_id": booking.filing_id,
        "booking_id": booking.id,
        "requirement_id": booking.requirement_id,
        "revision": booking.revision,
    }


def _slot(booking: Booking) -> Slot:
    if booking.slot is None:
        raise BookingMoveNotAllowed(status=booking.status, act="slot")
    return booking.slot


def _require_wanted(booking: Booking) -> None:
    if not booking.wanted:
        raise RequestClosed()
