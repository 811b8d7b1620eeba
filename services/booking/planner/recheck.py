"""What of a proposal still holds: bookings change and slots are taken while a plan is made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.booking.domain import calendar as cal
from services.booking.domain import fit
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.yard import Yard
from services.booking.planner.proposal import Item, Kind
from shared.contracts.values import Slot


class Why(StrEnum):
    """Why an item is not applied."""

    CHANGED = "changed"
    FROZEN = "frozen"
    TOO_SOON = "too_soon"
    UNFIT = "unfit"
    TAKEN = "taken"


@dataclass(frozen=True)
class Present:
    """How things stand when a proposal is applied.

    `taken` is what others take than the bookings of the proposal; `soonest` the earliest start;
    what begins before `thaws` is not moved.
    """

    bookings: Mapping[UUID, Booking]
    yards: Mapping[str, Yard]
    taken: Iterable[Taken]
    soonest: datetime
    thaws: datetime


@dataclass(frozen=True)
class Checked:
    """The items that can be applied together, and why the others cannot."""

    good: tuple[Item, ...]
    dropped: Mapping[UUID, Why]


def check(items: Sequence[Item], present: Present) -> Checked:
    """Whoever keeps its slot, because its item fell out, may stand in another item's way."""
    hours = _hours(items, present)
    dropped = {each.booking_id: why for each in items if (why := _alone(each, present, hours))}
    wanted = _wanted(items, present)
    staying = [*present.taken, *_kept(dropped, present)]
    while staying:
        crossed = {
            booking_id
            for each in staying
            for booking_id, mine in wanted[each.resource]
            if booking_id not in dropped and _overlap(mine, each)
        }
        dropped |= dict.fromkeys(crossed, Why.TAKEN)
        staying = [*_kept(crossed, present)]
    return Checked(tuple(each for each in items if each.booking_id not in dropped), dropped)


def _wanted(items: Sequence[Item], present: Present) -> Mapping[int, list[tuple[UUID, Taken]]]:
    """By resource, who wants it when; what is only offered takes nothing."""
    found: dict[int, list[tuple[UUID, Taken]]] = defaultdict(list)
    for item in items:
        if item.kind is not Kind.OFFER:
            for each in _takes(item.slot, present):
                found[each.resource].append((item.booking_id, each))
    return found


def _hours(items: Sequence[Item], present: Present) -> dict[str, Calendar]:
    """Of each yard when it is open and who is there; who has what is not in it."""
    first = min((each.slot.starts for each in items), default=present.soonest)
    days = (max((each.slot.ends for each in items), default=first) - first).days + 1
    return {
        code: cal.calendar(yard, first=first, days=days, taken=())
        for code, yard in present.yards.items()
    }


def _alone(item: Item, present: Present, hours: Mapping[str, Calendar]) -> Why | None:
    booking = present.bookings.get(item.booking_id)
    if booking is None or booking.version != item.version or not booking.wanted:
        return Why.CHANGED
    if booking.taking is not None and booking.taking.starts < present.thaws:
        return Why.FROZEN
    if item.slot.starts < present.soonest:
        return Why.TOO_SOON
    there = hours.get(item.slot.yard)
    if there is None or not fit.stands(there, item.slot, booking.want):
        return Why.UNFIT
    return None if _usable(booking, item.slot, present.yards) else Why.UNFIT


def _usable(booking: Booking, slot: Slot, yards: Mapping[str, Yard]) -> bool:
    """Is it in the cargo's window and the broker's wishes, or at the time that is agreed?

    A revision that leaves the agreed slot as it is changes them without a new version.
    """
    agreed, wish = booking.taking, booking.wish
    if agreed is not None and (agreed.yard, agreed.starts) == (slot.yard, slot.starts):
        return True
    if wish.yard in yards and wish.yard != slot.yard:
        return False
    if slot.starts < booking.window_in(yards[slot.yard]).opens:
        return False
    in_time = wish.latest is None or slot.ends <= wish.latest
    return in_time and (wish.earliest is None or slot.starts >= wish.earliest)


def _kept(dropped: Iterable[UUID], present: Present) -> Iterable[Taken]:
    for booking_id in dropped:
        booking = present.bookings.get(booking_id)
        if booking is not None and booking.taking is not None:
            yield from _takes(booking.taking, present)


def _takes(slot: Slot, present: Present) -> list[Taken]:
    yard = present.yards.get(slot.yard)
    return [] if yard is None else fit.taken(yard, slot)


def _overlap(one: Taken, other: Taken) -> bool:
    return one.starts < other.ends and other.starts < one.ends
