"""From bookings, yards and what is taken to a problem for the optimizer.

What is taken by bookings that are not planned shortens the hours of bays and teams; bookings that
may be moved take nothing, and stand in the problem as booked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from services.booking.domain import weights as weighing
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import STEP, Calendar
from services.booking.domain.memo import Memo
from services.booking.domain.resources import Resource
from services.booking.domain.weights import Weights
from services.booking.optimizer.outlook import Outlook
from services.booking.optimizer.problem import Bay, Place, Problem, Request, Stretch, Team
from services.booking.planner import gear as gearing
from services.booking.planner import ids
from services.booking.planner.gear import Geared
from services.booking.planner.grid import PER_DAY, Grid
from shared.contracts.values import Slot, TeamPlace


@dataclass(frozen=True)
class Candidate:
    """A booking to plan, where it may go, and the earliest moment (UTC) at which it may start."""

    booking: Booking
    yards: Collection[str]
    earliest: datetime


@dataclass(frozen=True)
class Situation:
    """What a plan is made from: yards with their free time, and the bookings to plan.

    `expected` are bookings of the past, moved to where their like is expected, each for `share`
    of a booking.
    """

    grid: Grid
    calendars: Mapping[str, Calendar]
    candidates: Sequence[Candidate]
    change_cost: Decimal | None = None
    """CNY for each move; None: what the weights say."""
    expected: Sequence[Candidate] = ()
    share: float = 1.0


def pose(situation: Situation) -> Problem:
    """The problem of a situation. Ids: a request's is its booking's, a resource's `yard/code`."""
    calendars = [situation.calendars[code] for code in sorted(situation.calendars)]
    geared = _geared(situation, calendars)
    teams = (team for each in calendars for team in _teams(situation.grid, each))
    return Problem(
        slots_per_day=PER_DAY,
        days=situation.grid.days,
        yards=tuple(sorted(situation.calendars)),
        bays=tuple(bay for each in calendars for bay in _bays(situation.grid, each)),
        teams=(*teams, *geared.teams()),
        requests=tuple(_request(situation, geared, each) for each in situation.candidates),
    )


def _geared(situation: Situation, calendars: Sequence[Calendar]) -> Geared:
    wanted = {each.booking.want.scopes for each in situation.candidates}
    return Geared(situation.grid, calendars, sorted(wanted, key=sorted))


def outlook(situation: Situation) -> Outlook:
    """What is known and expected, for prices: resources with all hours, and what is taken."""
    empty = {code: _empty(each) for code, each in situation.calendars.items()}
    both = [*situation.candidates, *situation.expected]
    problem = pose(replace(situation, calendars=empty, candidates=both))
    known = len(situation.candidates)
    return Outlook(
        problem=replace(problem, requests=problem.requests[:known]),
        taken=dict(_taken(situation)),
        expected=problem.requests[known:],
        share=situation.share,
    )


def _taken(situation: Situation) -> Iterator[tuple[str, tuple[Stretch, ...]]]:
    """The slots in which each resource is taken, by its id."""
    for calendar in situation.calendars.values():
        yard = calendar.yard
        everything: tuple[Resource, ...] = (*yard.bays, *yard.teams, *yard.gear)
        for each in everything:
            busy = calendar.busy.get(each.id, 0)
            if busy:
                yield ids.of(yard.code, each), situation.grid.stretches(calendar, busy)


def _empty(calendar: Calendar) -> Calendar:
    """The calendar as if nothing were taken."""
    return replace(calendar, busy={}, memo=Memo())


def additions(situation: Situation) -> tuple[Bay | Team, ...]:
    """One more of each sort of bay and team, with all the hours of its like."""
    found: dict[Bay | Team, Bay | Team] = {}
    for calendar in situation.calendars.values():
        empty = _empty(calendar)
        there: list[Bay | Team] = [*_bays(situation.grid, empty), *_teams(situation.grid, empty)]
        for each in there:
            found.setdefault(replace(each, id=""), each)
    return tuple(found.values())


def exchangeable(grid: Grid, booking: Booking) -> bool:
    """May a plan move it at all? Not what the grid cannot hold, so that it could not stay either:
    a slot over midnight, or one longer than is needed. Nor what has to end by its broker's wish or
    takes several bays, which the search does not know.
    """
    slot, need = booking.taking, timedelta(minutes=booking.want.minutes)
    if slot is None or slot.ends - slot.starts != need or booking.wish.latest is not None:
        return False
    if slot.beside:
        return False
    first = grid.from_slot(slot.starts)
    return first % PER_DAY + -(-need // STEP) <= PER_DAY


def slot_of(grid: Grid, booking: Booking, place: Place) -> Slot:
    """A planned place as a slot."""
    starts = grid.moment(place.start)
    return Slot(
        yard=place.yard,
        bay=ids.code(place.bay),
        teams=tuple(
            TeamPlace(agency=need.agency, team=ids.code(place.teams[need.agency]))
            for need in booking.needs
        ),
        gear=gearing.codes(place.teams),
        starts=starts,
        ends=starts + timedelta(minutes=booking.want.minutes),
    )


def _bays(grid: Grid, calendar: Calendar) -> Iterator[Bay]:
    yard = calendar.yard
    for bay in yard.bays:
        free = grid.stretches(calendar, calendar.free(bay))
        yield Bay(ids.of(yard.code, bay), yard.code, frozenset({bay.kind.value, *bay.also}), free)


def _teams(grid: Grid, calendar: Calendar) -> Iterator[Team]:
    yard = calendar.yard
    for team in yard.teams:
        free = grid.stretches(calendar, calendar.free(team))
        name = ids.of(yard.code, team)
        yield Team(name, yard.code, team.agency, team.skills, free)


def _request(situation: Situation, geared: Geared, candidate: Candidate) -> Request:
    grid, booking = situation.grid, candidate.booking
    weights = _weights(situation, booking)
    teu = Decimal(1) if booking.cargo is None else booking.cargo.teu
    step = weights.waiting(
        booking.bay_kind,
        STEP,
        teu=teu,
        perishable=booking.cargo is not None and booking.cargo.perishable_until is not None,
    )
    change = weights.change if situation.change_cost is None else situation.change_cost
    return Request(
        id=str(booking.id),
        requested=Decimal(0),
        available=grid.from_slot(candidate.earliest),
        duration=-(-timedelta(minutes=booking.want.minutes) // STEP),
        due=grid.up_to(booking.window.free_until),
        home_yard=booking.yard,
        bay_kind=booking.bay_kind.value,
        needs={
            **{need.agency: frozenset(need.skills) for need in booking.needs},
            **geared.needs(booking.want.scopes),
        },
        wait_weight=step,
        late_weight=weights.lateness(STEP, teu=teu),
        move_cost=weights.move,
        booked=_place(situation, geared, booking) if booking.taking is not None else None,
        change_cost=change,
        yards=frozenset(candidate.yards),
    )


def _weights(situation: Situation, booking: Booking) -> Weights:
    yard = next(iter(situation.calendars.values())).yard
    return weighing.at(yard.local_day(max(situation.grid.origin, booking.window.opens)))


def _place(situation: Situation, geared: Geared, booking: Booking) -> Place | None:
    """The slot that a booking has; what is gone of it is left out, so that it counts as broken."""
    slot = booking.slot
    calendar = None if slot is None else situation.calendars.get(slot.yard)
    if slot is None or calendar is None:
        return None
    yard, at = calendar.yard, slot.starts
    bay = yard.bay(slot.bay, at=at)
    if bay is None:
        return None
    found: dict[str, Resource | None] = {
        each.agency: yard.team(each.team, at=at) for each in slot.teams
    }
    tools = [tool for each in slot.gear if (tool := yard.tool(each, at=at)) is not None]
    found |= {gearing.KIND + tool.kind: tool for tool in tools}
    scopes = booking.want.scopes
    nothing = {kind: gearing.none_id(yard.code, kind, scopes) for kind in geared.needs(scopes)}
    taken = {name: ids.of(yard.code, each) for name, each in found.items() if each is not None}
    return Place(situation.grid.from_slot(slot.starts), yard.code, ids.of(yard.code, bay),
                 nothing | taken)  # fmt: skip
