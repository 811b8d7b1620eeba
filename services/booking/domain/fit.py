"""Does a slot serve a requirement? Checks of a slot that somebody chose or already has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.booking.domain import calendar as cal
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.offers import Want
from services.booking.domain.refusals import SlotUnsuitable
from services.booking.domain.yard import Bay, Team, Yard
from shared.contracts.values import AgencyNeed, Slot, TeamPlace


@dataclass(frozen=True)
class Choice:
    """What a client asks for: a bay, a team for each agency, and when (UTC)."""

    yard: str
    bay: str
    teams: Mapping[str, str]
    starts: datetime


def chosen(calendar: Calendar, want: Want, choice: Choice, *, earliest: datetime) -> Slot:
    """The slot of a choice, whether it is free or not. Raises SlotUnsuitable.

    `earliest` is when the cargo can be there at the soonest, and not in the past.
    """
    yard, starts = calendar.yard, choice.starts
    bay = yard.bay(choice.bay)
    if bay is None or bay.kind is not want.bay_kind:
        raise SlotUnsuitable(pointer="/slot/bay", bay=choice.bay, needed_kind=want.bay_kind)
    if set(choice.teams) != {need.agency for need in want.needs} or not want.needs:
        needed = [need.agency for need in want.needs]
        raise SlotUnsuitable(pointer="/slot/teams", needed_agencies=needed)
    teams = [_able(yard, need, choice.teams[need.agency]) for need in want.needs]
    if starts < earliest or not cal.on_grid(starts):
        raise SlotUnsuitable(
            pointer="/slot/starts", earliest=earliest, grid_minutes=cal.STEP_MINUTES
        )
    _require_hours(calendar, want, teams, starts=starts)
    return Slot(
        yard=yard.code,
        bay=bay.code,
        teams=tuple(TeamPlace(agency=team.agency, team=team.code) for team in teams),
        starts=starts,
        ends=starts + timedelta(minutes=want.minutes),
    )


def serves(yard: Yard, slot: Slot, want: Want) -> bool:
    """Has the slot the bay, exactly the teams and at least the minutes that are wanted?"""
    bay = yard.bay(slot.bay)
    if bay is None or bay.kind is not want.bay_kind or not manned(yard, slot, want):
        return False
    return slot.ends - slot.starts >= timedelta(minutes=want.minutes)


def manned(yard: Yard, slot: Slot, want: Want) -> bool:
    """Has the slot one able team for each need, and no other?"""
    places = {place.agency: yard.team(place.team) for place in slot.teams}
    if set(places) != {need.agency for need in want.needs}:
        return False
    return all(_can(places[need.agency], need) for need in want.needs)


def resources(yard: Yard, slot: Slot) -> list[Bay | Team]:
    """The bay and the teams of a slot, in ascending id."""
    bay = yard.bay(slot.bay)
    teams = [yard.team(place.team) for place in slot.teams]
    return sorted((each for each in (bay, *teams) if each is not None), key=lambda each: each.id)


def taken(yard: Yard, slot: Slot) -> list[Taken]:
    """What a slot takes: the bay and every team for the whole interval, in ascending id."""
    return [Taken(each.id, slot.starts, slot.ends) for each in resources(yard, slot)]


def _able(yard: Yard, need: AgencyNeed, code: str) -> Team:
    team = yard.team(code)
    if team is None or not _can(team, need):
        raise SlotUnsuitable(
            pointer="/slot/teams", team=code, agency=need.agency, needed_skills=list(need.skills)
        )
    return team


def _can(team: Team | None, need: AgencyNeed) -> bool:
    return team is not None and team.can(need.agency, frozenset(need.skills))


def _require_hours(calendar: Calendar, want: Want, teams: list[Team], *, starts: datetime) -> None:
    cell, length = calendar.from_cell(starts), cal.cells_of(want.minutes)
    if not cal.runs(calendar.opening(), length) >> cell & 1:
        raise SlotUnsuitable(pointer="/slot/starts", closed=calendar.yard.code)
    for team in teams:
        if not cal.runs(calendar.duty(team), length) >> cell & 1:
            raise SlotUnsuitable(pointer="/slot/teams", off_duty=team.code)
