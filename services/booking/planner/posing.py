"""From bookings, yards and what is taken to a problem for the optimizer.

What is taken by bookings that are not planned shortens the hours of bays and teams; bookings that
may be moved take nothing, and stand in the problem as booked.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from services.booking.domain import weights as weighing
from services.booking.domain.booking import Booking
from services.booking.domain.calendar import STEP, Calendar
from services.booking.domain.resources import ALWAYS, Resource
from services.booking.domain.weights import Weights
from services.booking.domain.yard import Yard
from services.booking.optimizer.problem import Bay, Place, Problem, Request, Team
from services.booking.planner import gearing
from services.booking.planner.grid import PER_DAY, Grid
from shared.contracts.values import Slot, TeamPlace

TEU = Decimal(1)
"""What a consignment is weighed as: its containers are not known to booking."""


@dataclass(frozen=True)
class Candidate:
    """A booking to plan, where it may go, and the earliest moment (UTC) at which it may start."""

    booking: Booking
    yards: Collection[str]
    earliest: datetime


@dataclass(frozen=True)
class Situation:
    """What a plan is made from: yards with their free time, and the bookings to plan."""

    grid: Grid
    calendars: Mapping[str, Calendar]
    candidates: Sequence[Candidate]
    change_cost: Decimal | None = None
    """CNY for each move; None: what the weights say."""

    @property
    def places(self) -> list[Yard]:
        """The yards."""
        return [each.yard for each in self.calendars.values()]


def pose(situation: Situation) -> Problem:
    """The problem of a situation. Ids: a request's is its booking's, a resource's `yard/code`."""
    calendars = [situation.calendars[code] for code in sorted(situation.calendars)]
    scopes = {each.booking.want.scopes for each in situation.candidates}
    gear = (gearing.teams(situation.grid, each, scopes, situation.places) for each in calendars)
    teams = (_teams(situation.grid, each) for each in calendars)
    return Problem(
        slots_per_day=PER_DAY,
        days=situation.grid.days,
        yards=tuple(sorted(situation.calendars)),
        bays=tuple(bay for each in calendars for bay in _bays(situation.grid, each)),
        teams=tuple(itertools.chain(*teams, *gear)),
        requests=tuple(_request(situation, each) for each in situation.candidates),
    )


def additions(situation: Situation) -> tuple[Bay | Team, ...]:
    """One more of each sort of bay and team, with all the hours of its like."""
    found: dict[Bay | Team, Bay | Team] = {}
    for calendar in situation.calendars.values():
        empty = replace(calendar, busy={})
        there: list[Bay | Team] = [*_bays(situation.grid, empty), *_teams(situation.grid, empty)]
        for each in there:
            found.setdefault(replace(each, id=""), each)
    return tuple(found.values())


def exchangeable(grid: Grid, booking: Booking) -> bool:
    """May a plan move it at all? Not what the grid cannot hold, so that it could not stay either:
    a slot over midnight, or one longer than is needed. Nor what has to end by its broker's wish,
    which the search does not know.
    """
    slot, need = booking.taking, timedelta(minutes=booking.want.minutes)
    if slot is None or slot.ends - slot.starts != need or booking.wish.latest is not None:
        return False
    first = grid.from_slot(slot.starts)
    return first % PER_DAY + -(-need // STEP) <= PER_DAY


def resource_id(yard: str, resource: Resource) -> str:
    """A bay's or team's id in a problem: codes are a yard's own, and what changes is another."""
    since = "" if resource.days[0] == ALWAYS[0] else f"/{resource.days[0]}"
    return f"{yard}/{resource.code}{since}"


def slot_of(grid: Grid, booking: Booking, place: Place) -> Slot:
    """A planned place as a slot."""
    starts = grid.moment(place.start)
    return Slot(
        yard=place.yard,
        bay=code(place.bay),
        teams=tuple(
            TeamPlace(agency=need.agency, team=code(place.teams[need.agency]))
            for need in booking.needs
        ),
        gear=gearing.of_slot(place.teams),
        starts=starts,
        ends=starts + timedelta(minutes=booking.want.minutes),
    )


def code(resource: str) -> str:
    """The yard's own code of a bay or team of a problem."""
    return resource.split("/")[1]


def _bays(grid: Grid, calendar: Calendar) -> Iterator[Bay]:
    yard = calendar.yard
    for bay in yard.bays:
        free = grid.stretches(calendar, calendar.free(bay))
        yield Bay(resource_id(yard.code, bay), yard.code, frozenset({bay.kind.value}), free)


def _teams(grid: Grid, calendar: Calendar) -> Iterator[Team]:
    yard = calendar.yard
    for team in yard.teams:
        free = grid.stretches(calendar, calendar.free(team))
        name = resource_id(yard.code, team)
        yield Team(name, yard.code, team.agency, team.skills, free)


def _request(situation: Situation, candidate: Candidate) -> Request:
    grid, booking = situation.grid, candidate.booking
    weights = _weights(situation, booking)
    step = weights.waiting(
        booking.bay_kind,
        STEP,
        teu=TEU,
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
        needs={need.agency: frozenset(need.skills) for need in booking.needs}
        | gearing.needs(situation.places, booking.want.scopes),
        wait_weight=step,
        late_weight=weights.lateness(STEP, teu=TEU),
        move_cost=weights.move,
        booked=_place(situation, booking),
        change_cost=change,
        yards=frozenset(candidate.yards),
    )


def _weights(situation: Situation, booking: Booking) -> Weights:
    yard = next(iter(situation.calendars.values())).yard
    return weighing.at(yard.local_day(max(situation.grid.origin, booking.window.opens)))


def _place(situation: Situation, booking: Booking) -> Place | None:
    slot = booking.taking
    calendar = None if slot is None else situation.calendars.get(slot.yard)
    if slot is None or calendar is None:
        return None
    yard, at = calendar.yard, slot.starts
    bay = yard.bay(slot.bay, at=at)
    teams = {each.agency: yard.team(each.team, at=at) for each in slot.teams}
    if bay is None:
        return None
    return Place(
        start=situation.grid.from_slot(slot.starts),
        yard=slot.yard,
        bay=resource_id(slot.yard, bay),
        teams={
            agency: resource_id(slot.yard, team)
            for agency, team in teams.items()
            if team is not None
        }
        | gearing.booked(yard, slot, booking.want.scopes, situation.places),
    )
