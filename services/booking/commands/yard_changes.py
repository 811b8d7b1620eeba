"""Changing a yard: what a change hits, where that could go instead, and doing both at once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import exchange_notices, occupancy, store
from services.booking.commands import give_way, place, sight
from services.booking.commands.turn import Turn, record
from services.booking.domain import acts, fit, offers
from services.booking.domain import calendar as cal
from services.booking.domain.acts import Change
from services.booking.domain.bare import Bare
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.offers import Offer
from services.booking.domain.refusals import YardMovedOn
from services.booking.domain.yard import Yard
from services.booking.store import Reading
from shared.contracts.values import Said, Slot, utc


@dataclass(frozen=True)
class Hit:
    """A booking whose slot does not stand after the change, and the slot it would get instead."""

    booking: Booking
    to: Slot | None


@dataclass(frozen=True)
class Plan:
    """What a change hits; open containers stay where they are.

    `bare` is what a closure takes the last of, each in words, English and Chinese.
    """

    hits: tuple[Hit, ...] = ()
    open: tuple[UUID, ...] = ()
    bare: tuple[tuple[Bare, tuple[str, str]], ...] = ()


async def plan(session: Reading, before: Yard, after: Yard, *, turn: Turn) -> Plan:
    """The bookings that stand in the yard `before` a change and not `after` it, with new slots.

    `turn` knows the yards as they are before.
    """
    live = await store.live(session, before.code, after=turn.now)
    if not live:
        return Plan()
    first = min(booking.slot.starts for booking in live if booking.slot is not None)
    days = max((booking.slot.ends - first).days + 2 for booking in live if booking.slot is not None)
    old, new = (cal.calendar(yard, first=first, days=days, taken=()) for yard in (before, after))
    hit = [booking for booking in live if _stands(old, booking) and not _stands(new, booking)]
    moved = sorted(
        (booking for booking in hit if booking.status is not Status.STARTED),
        key=lambda each: (each.status is Status.HELD, each.window.free_until, each.id),
    )
    changed = replace(turn, yards={**turn.yards, after.code: after})
    seats = _Seats(session, [booking.id for booking in moved], turn=changed)
    return Plan(
        hits=tuple([Hit(booking, await seats.find(booking)) for booking in moved]),
        open=tuple(booking.id for booking in hit if booking.status is Status.STARTED),
    )


async def carry_out(session: AsyncSession, planned: Plan, *, reason: Said, turn: Turn) -> None:
    """Move what is hit; `turn` knows the yards as they are after. Raises YardMovedOn."""
    for hit in planned.hits:
        await occupancy.release(session, hit.booking.id)
    for hit in planned.hits:
        if hit.to is not None:
            yard = turn.yard(hit.to.yard)
            try:
                await place.occupy(session, hit.booking.id, yard, hit.to, turn=turn)
            except occupancy.Occupied:
                raise YardMovedOn(booking_id=hit.booking.id) from None
        if hit.booking.wanted and hit.booking.status is Status.HELD and hit.to is None:
            await give_way.take_back(session, hit.booking, hit.booking, reason=reason, turn=turn)
        else:
            await record(session, hit.booking, _change(hit, reason=reason), turn=turn)


def _change(hit: Hit, *, reason: Said) -> Change:
    booking = hit.booking
    if not booking.wanted:
        return acts.ended(booking, reason=reason)
    if hit.to is not None and booking.held_until is not None:
        return acts.held(booking, slot=hit.to, until=booking.held_until, reason=reason)
    if hit.to is None:
        return acts.cancelled(booking, reason=reason)
    return acts.rescheduled(booking, slot=hit.to, reason=reason)


def _stands(calendar: Calendar, booking: Booking) -> bool:
    return booking.slot is not None and fit.stands(calendar, booking.slot, booking.want)


class _Seats:
    """Free slots for those that have to move: what one gets, the next one does not."""

    def __init__(self, session: Reading, moved: Sequence[UUID], *, turn: Turn) -> None:
        self._session = session
        self._moved = moved
        self._turn = turn
        self._calendars: dict[tuple[str, datetime], Calendar] = {}
        self._given: dict[str, list[Taken]] = {}

    async def find(self, booking: Booking) -> Slot | None:
        """Another bay or team at the same time if there is one, else what costs least of all.

        A hold keeps its time or ends: nobody confirms another day unawares.
        """
        await asyncio.sleep(0)  # there may be thousands: whoever else is served gets a turn
        over = booking.held_until is not None and booking.held_until <= self._turn.now
        if over or not booking.wanted or booking.slot is None:
            return None
        best = await self._then(booking, booking.slot)
        if best is None and booking.status is not Status.HELD:
            best = await self._cheapest(booking)
        if best is not None:
            self._give(best)
        return best

    def _give(self, slot: Slot) -> None:
        taken = fit.taken(self._turn.yard(slot.yard), slot)
        self._given.setdefault(slot.yard, []).extend(taken)
        for key, calendar in self._calendars.items():
            if calendar.yard.code == slot.yard:
                self._calendars[key] = cal.taking(calendar, taken)

    def _yards(self, booking: Booking) -> list[Yard]:
        here = [self._turn.yard(booking.slot.yard)] if booking.slot else []
        if booking.cargo is None:
            return here
        others = self._turn.serving(booking.wish, terminal=booking.cargo.terminal)
        return list({yard.code: yard for yard in (*here, *others)}.values())

    async def _then(self, booking: Booking, slot: Slot) -> Slot | None:
        """The slot at the same time, with whom of it is still there."""
        yard = self._turn.yard(slot.yard)
        if slot.starts < max(self._turn.now, booking.window_in(yard).opens):
            return None
        calendar = await self._calendar(yard, booking)
        mine = frozenset(each.id for each in fit.resources(yard, slot))
        same = offers.best(calendar, booking.want, earliest=slot.starts, prefer=mine)
        return same if same is not None and same.starts == slot.starts else None

    async def _cheapest(self, booking: Booking) -> Slot | None:
        found: list[Offer] = []
        for yard in self._yards(booking):
            seen = sight.over(await self._calendar(yard, booking), booking, turn=self._turn)
            found += seen.cheapest(1)
        best = min(found, key=offers.rank, default=None)
        return None if best is None else best.slot

    async def _calendar(self, yard: Yard, booking: Booking) -> Calendar:
        """From now on; for cargo that comes beyond the horizon, from its day on."""
        now, opens = self._turn.now, sight.earliest(booking, yard, turn=self._turn)
        near = opens < now + self._turn.terms.horizon_days * cal.DAY
        key = yard.code, now if near else cal.midnight(opens)
        if key not in self._calendars:
            calendar = await sight.calendar_of(
                self._session, yard, first=key[1], turn=self._turn, without=self._moved
            )
            self._calendars[key] = cal.taking(calendar, self._given.get(yard.code, ()))
        return self._calendars[key]


async def agreed(
    session: Reading, planned: Plan, told: Mapping[UUID, tuple[int, fit.Choice | None]]
) -> bool:
    """Is this plan what was told: the same bookings as they were then, to the same slots?"""
    now = {hit.booking.id: hit.booking.version for hit in planned.hits}
    older = {each: version for each, (version, _) in told.items() if version < now.get(each, 0)}
    now |= {each: older[each] for each in await exchange_notices.only_told(session, older)}
    return told == {
        hit.booking.id: (now[hit.booking.id], None if hit.to is None else fit.choice_of(hit.to))
        for hit in planned.hits
    }


def reason_of(text: str) -> Said:
    """What the broker is told."""
    return Said(en=f"the yard has changed: {text}", zh=f"查验场安排变更：{text}")


def facts_of(planned: Plan) -> dict[str, Any]:
    """The plan as an answer shows it; its `moves` are what has to be sent to carry it out."""
    return {
        "hits": [
            {
                "booking_id": str(hit.booking.id),
                "filing_id": str(hit.booking.filing_id),
                "broker": hit.booking.broker,
                "status": hit.booking.status.value,
                "slot": _json(hit.booking.slot),
                "to": _json(hit.to),
            }
            for hit in planned.hits
        ],
        "open": [str(each) for each in planned.open],
        "bare": [
            {
                "starts": utc(each.starts),
                "ends": utc(each.ends),
                "sort": each.sort.value,
                "name": each.name,
                "skills": list(each.skills),
                "text": {"en": en, "zh": zh},
            }
            for each, (en, zh) in planned.bare
        ],
        "moves": [
            {
                "booking_id": str(hit.booking.id),
                "version": hit.booking.version,
                "to": None if hit.to is None else hit.to.model_dump(mode="json", exclude={"ends"}),
            }
            for hit in planned.hits
        ],
    }


def _json(slot: Slot | None) -> Any:
    return None if slot is None else slot.model_dump(mode="json")
