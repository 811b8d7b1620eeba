"""How things stand in some yards, as a plan needs it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.booking import plans
from services.booking.commands import sight
from services.booking.commands.turn import Turn
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import Calendar
from services.booking.planner import posing
from services.booking.planner.grid import Grid, grid
from services.booking.planner.order import Order
from services.booking.planner.posing import Candidate, Situation
from services.booking.store import Reading


async def survey(session: Reading, order: Order, *, turn: Turn) -> Situation:
    """The yards' free time and the bookings to plan, at one moment. Raises YardNotFound.

    What waits for a slot is planned; with `replan` also what is confirmed and not frozen.
    """
    terms = order.terms
    home = turn.yard(order.yards[0])
    on = grid(home, now=turn.now, days=terms.days)
    ends = on.moment(on.end)
    movable = []
    if terms.replan:
        thaws = turn.now + timedelta(minutes=terms.freeze_minutes)
        agreed = await plans.confirmed(session, order.yards, first=thaws, last=ends)
        movable = [each for each in agreed if posing.exchangeable(on, each)]
    calendars = await _calendars(
        session, order.yards, on, without=[each.id for each in movable], turn=turn
    )
    waiting = await plans.waiting(session)
    candidates = [*to_plan(waiting, order.yards, turn=turn)]
    candidates += to_plan(movable, order.yards, turn=turn)
    past = await plans.past(session, order.yards, now=turn.now, days=on.days)
    again = past.again(now=turn.now, ends=ends)
    expected = await asyncio.to_thread(lambda: [*to_plan(again, order.yards, turn=turn)])
    return Situation(
        grid=on,
        calendars=calendars,
        candidates=[each for each in candidates if each.earliest < ends],
        change_cost=terms.change_cost,
        expected=expected,
        share=past.share,
    )


async def _calendars(
    session: Reading, yards: Sequence[str], on: Grid, *, without: Sequence[UUID], turn: Turn
) -> Mapping[str, Calendar]:
    far = replace(turn, terms=replace(turn.terms, horizon_days=on.days))
    return {
        code: await sight.calendar_of(
            session, turn.yard(code), first=on.origin, turn=far, without=without
        )
        for code in yards
    }


def to_plan(
    bookings: Iterable[Booking], yards: Sequence[str], *, turn: Turn
) -> Iterator[Candidate]:
    """Those of the yards that may be served in one of them: at home there, or booked there.

    One that takes several bays at once is left to its broker: the search knows single bays.
    """
    for booking in bookings:
        if booking.want.bays > 1:
            continue
        here = {booking.yard} | ({booking.taking.yard} if booking.taking is not None else set())
        if here.isdisjoint(yards):
            continue
        able = [code for code in _serving(booking, turn=turn) if code in yards]
        if able:
            yield Candidate(booking, able, _earliest(booking, able, turn=turn))


def _serving(booking: Booking, *, turn: Turn) -> set[str]:
    """The yards that may serve a booking; the one it is booked in always."""
    found = {booking.yard}
    if booking.cargo is not None:
        serving = turn.serving(booking.wish, terminal=booking.cargo.terminal)
        found = {yard.code for yard in serving}
    return found | ({booking.taking.yard} if booking.taking is not None else set())


def _earliest(booking: Booking, yards: Sequence[str], *, turn: Turn) -> datetime:
    """When it may start in any of the yards: the latest of all, but not after it is booked."""
    earliest = max(sight.earliest(booking, turn.yard(code), turn=turn) for code in yards)
    return earliest if booking.taking is None else min(earliest, booking.taking.starts)
