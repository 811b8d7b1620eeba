"""Does a slot serve a requirement? Checks of a slot that somebody chose or already has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.booking.domain import calendar as cal
from services.booking.domain import parts
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.parts import Want
from services.booking.domain.refusals import SlotUnsuitable
from services.booking.domain.resources import Bay, Gear, Resource, Team
from services.booking.domain.yard import Yard
from shared.contracts.values import AgencyNeed, Slot, TeamPlace


@dataclass(frozen=True)
class Choice:
    """What a client asks for: a bay, a team for each agency, gear, and when (UTC).

    `overtime`: the teams may stay beyond their shifts.
    """

    yard: str
    bay: str
    teams: Mapping[str, str]
    starts: datetime
    gear: tuple[str, ...] = ()
    overtime: bool = False
    beside: tuple[str, ...] = ()


def chosen(calendar: Calendar, want: Want, choice: Choice, *, earliest: datetime) -> Slot:
    """The slot of a choice, whether it is free or not. Raises SlotUnsuitable.

    `earliest` is when the cargo can be there at the soonest, and not in the past.
    """
    yard, starts = calendar.yard, choice.starts
    bay = yard.bay(choice.bay, at=starts)
    if bay is None or not bay.takes(want.bay_kind):
        raise SlotUnsuitable(pointer="/slot/bay", bay=choice.bay, needed_kind=want.bay_kind)
    rest = beside(yard, bay, choice.beside, want, at=starts)
    if rest is None:
        raise SlotUnsuitable(pointer="/slot/beside", next_to=choice.bay, needed_bays=want.bays)
    if set(choice.teams) != {need.agency for need in want.needs} or not want.needs:
        needed = [need.agency for need in want.needs]
        raise SlotUnsuitable(pointer="/slot/teams", needed_agencies=needed)
    teams = [_able(yard, need, choice.teams[need.agency], at=starts) for need in want.needs]
    if starts < earliest or not cal.on_grid(starts):
        raise SlotUnsuitable(
            pointer="/slot/starts", earliest=earliest, grid_minutes=cal.STEP_MINUTES
        )
    gear = [yard.tool(code, at=starts) for code in choice.gear]
    if not geared(yard, gear, want, at=starts):
        needed = sorted(_kinds(yard, want, at=starts))
        raise SlotUnsuitable(pointer="/slot/gear", needed_kinds=needed)
    those: list[Resource] = [bay, *rest, *teams, *(each for each in gear if each)]
    _require_hours(calendar, want, those, starts=starts, late=choice.overtime)
    return Slot(
        yard=yard.code,
        bay=bay.code,
        beside=choice.beside,
        teams=tuple(TeamPlace(agency=team.agency, team=team.code) for team in teams),
        gear=choice.gear,
        starts=starts,
        ends=starts + timedelta(minutes=want.minutes),
    )


def choice_of(slot: Slot) -> Choice:
    """What a client would ask for to get this slot."""
    teams = {place.agency: place.team for place in slot.teams}
    return Choice(slot.yard, slot.bay, teams, slot.starts, slot.gear, beside=slot.beside)


def serves(yard: Yard, slot: Slot, want: Want) -> bool:
    """Has the slot the bay, exactly the teams and gear, and at least the minutes wanted?"""
    bay = yard.bay(slot.bay, at=slot.starts)
    if bay is None or not bay.takes(want.bay_kind) or not manned(yard, slot, want):
        return False
    if beside(yard, bay, slot.beside, want, at=slot.starts) is None:
        return False
    gear = [yard.tool(code, at=slot.starts) for code in slot.gear]
    if not geared(yard, gear, want, at=slot.starts):
        return False
    return slot.ends - slot.starts >= timedelta(minutes=want.minutes)


def beside(
    yard: Yard, first: Bay, codes: Sequence[str], want: Want, *, at: datetime
) -> list[Bay] | None:
    """The bays of these codes, if they are as many as are wanted and follow upon the first one."""
    found = [yard.bay(code, at=at) for code in codes]
    rest = [bay for bay in found if bay is not None and bay.takes(want.bay_kind)]
    positions = [(first.row, first.position + step) for step in range(1, want.bays)]
    if len(rest) != len(codes) or [(bay.row, bay.position) for bay in rest] != positions:
        return None
    return None if rest and first.row is None else rest


def manned(yard: Yard, slot: Slot, want: Want) -> bool:
    """Has the slot one able team for each need, and no other?"""
    places = {place.agency: yard.team(place.team, at=slot.starts) for place in slot.teams}
    if set(places) != {need.agency for need in want.needs}:
        return False
    return all(_can(places[need.agency], need) for need in want.needs)


def geared(yard: Yard, gear: Sequence[Gear | None], want: Want, *, at: datetime) -> bool:
    """Is that one of each kind of gear that the scopes need at the yard then, and no more?"""
    kinds = Counter(None if each is None else each.kind for each in gear)
    return kinds == Counter(_kinds(yard, want, at=at))


def stands(calendar: Calendar, slot: Slot, want: Want) -> bool:
    """Does the slot serve, and is the yard open and everything of it there all the time?

    Whether something else takes it is not looked at; its teams may have agreed to stay longer.
    """
    yard, first = calendar.yard, (slot.starts - calendar.origin) // cal.STEP
    if not serves(yard, slot, want):
        return False
    end = -(-(slot.ends - calendar.origin) // cal.STEP)
    whole = ((1 << (end - first)) - 1) << first
    masks = [calendar.opening(), *(calendar.late(each) for each in resources(yard, slot))]
    return all(mask & whole == whole for mask in masks)


def resources(yard: Yard, slot: Slot) -> list[Resource]:
    """The bay, the teams and the gear of a slot, in ascending id."""
    at = slot.starts
    bays = (yard.bay(code, at=at) for code in (slot.bay, *slot.beside))
    named = [*bays, *(yard.team(each.team, at=at) for each in slot.teams)]
    known = [*named, *(yard.tool(code, at=at) for code in slot.gear)]
    return sorted((each for each in known if each is not None), key=lambda each: each.id)


def taken(yard: Yard, slot: Slot) -> list[Taken]:
    """What a slot takes: bay, teams and gear for the whole interval, in ascending id."""
    return [Taken(each.id, slot.starts, slot.ends) for each in resources(yard, slot)]


def _kinds(yard: Yard, want: Want, *, at: datetime) -> list[str]:
    """The kinds of gear that the wanted scopes need at a moment."""
    days = yard.open_days(at)
    return [
        kind
        for kind, those in parts.gear_for(yard, want.scopes).items()
        if any(each.days[0] <= day < each.days[1] for each in those for day in days)
    ]


def _able(yard: Yard, need: AgencyNeed, code: str, *, at: datetime) -> Team:
    team = yard.team(code, at=at)
    if team is None or not _can(team, need):
        raise SlotUnsuitable(
            pointer="/slot/teams", team=code, agency=need.agency, needed_skills=list(need.skills)
        )
    return team


def _can(team: Team | None, need: AgencyNeed) -> bool:
    return team is not None and team.can(need.agency, frozenset(need.skills))


def _require_hours(
    calendar: Calendar, want: Want, those: Sequence[Resource], *, starts: datetime, late: bool
) -> None:
    """Raises SlotUnsuitable for what is closed or off duty."""
    cell, length = calendar.from_cell(starts), cal.cells_of(want.minutes)
    if not cal.runs(calendar.opening(), length) >> cell & 1:
        raise SlotUnsuitable(pointer="/slot/starts", closed=calendar.yard.code)
    for each in those:
        there = calendar.late(each) if late else calendar.up(each)
        if not cal.runs(there, length) >> cell & 1:
            pointer = "/slot/teams" if isinstance(each, Team) else "/slot"
            raise SlotUnsuitable(pointer=pointer, off_duty=each.code)
