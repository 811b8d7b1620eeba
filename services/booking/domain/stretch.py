"""A slot that has started and needs more: minutes, or another agency's team.

The open container goes first: what has not started gives way to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.booking.domain import calendar as cal
from services.booking.domain import parts
from services.booking.domain.calendar import Calendar, Taken
from services.booking.domain.parts import Want
from services.booking.domain.resources import Gear, Team
from services.booking.domain.yard import Yard
from shared.contracts.values import AgencyNeed, Slot, TeamPlace

PATIENCE = timedelta(minutes=180)
OVERRUN = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Stretched:
    """The longer slot, what each resource of it is taken for, and whom it cannot serve."""

    slot: Slot
    takes: tuple[Taken, ...]
    unserved: tuple[str, ...] = ()


def stretched(
    calendar: Calendar, firm: Calendar, want: Want, *, slot: Slot, now: datetime
) -> Stretched:
    """The slot with what `want` adds from `now` on.

    `calendar` knows everything that is taken, `firm` only what has started; neither knows this
    booking. Agencies that are there stay for their own minutes, a new one for its own from when
    its team comes.
    """
    yard = calendar.yard
    needs = {need.agency: need for need in want.needs}
    ends, places, takes, unserved = slot.ends, [], list[Taken](), list[str]()
    for place in slot.teams:
        need, team = needs.pop(place.agency, None), yard.team(place.team, at=slot.starts)
        if team is None or need is None:
            continue
        until = max(slot.ends, slot.starts + timedelta(minutes=need.minutes))
        places.append(place)
        takes.append(Taken(team.id, slot.starts, until))
        ends = max(ends, until)
    for need in needs.values():
        found = _joining(calendar, firm, need, now=now)
        if found is None:
            unserved.append(need.agency)
            continue
        team, comes = found
        until = comes + timedelta(minutes=need.minutes)
        places.append(TeamPlace(agency=need.agency, team=team.code))
        takes.append(Taken(team.id, comes, until))
        ends = max(ends, until)
    bays = (yard.bay(code, at=slot.starts) for code in (slot.bay, *slot.beside))
    for each in (*bays, *_tools(yard, slot)):
        if each is not None:
            takes.append(Taken(each.id, slot.starts, ends))
    longer = slot.model_copy(update={"teams": tuple(places), "ends": ends})
    in_order = tuple(sorted(takes, key=lambda each: each.resource))
    return Stretched(slot=longer, takes=in_order, unserved=tuple(unserved))


def overrun(slot: Slot, *, now: datetime) -> Slot:
    """The slot, longer by as many steps as it takes to end after `now`."""
    late = now - slot.ends
    if late < timedelta(0):
        return slot
    return slot.model_copy(update={"ends": slot.ends + (late // OVERRUN + 1) * OVERRUN})


def used(slot: Slot, *, until: datetime) -> Slot:
    """The slot so far as it was used; of one that ended before it began, one minute."""
    ends = min(slot.ends, until)
    return slot.model_copy(update={"starts": min(slot.starts, ends - MINUTE), "ends": ends})


def kept(
    everything: Sequence[Taken], own: Mapping[int, Taken], *, ended: datetime
) -> tuple[Taken, ...]:
    """What a longer slot takes of `everything` in it: `own` is what it takes so far.

    What was to be there till the slot `ended` stays; a team that was free before does not.
    """
    return tuple(
        each
        if (mine := own.get(each.resource)) is None
        else replace(mine, ends=each.ends if mine.ends >= ended else mine.ends)
        for each in everything
    )


def _tools(yard: Yard, slot: Slot) -> Iterator[Gear | None]:
    return (yard.tool(code, at=slot.starts) for code in slot.gear)


def _joining(
    calendar: Calendar, firm: Calendar, need: AgencyNeed, *, now: datetime
) -> tuple[Team, datetime] | None:
    """The team that can come soonest, and when.

    A free one now; or one whose next bookings give way; or the first to come off an open
    container while the wait lasts; or one that works beyond its shift.
    """
    length = cal.cells_of(need.minutes) + 1  # `now` is somewhere inside its first cell
    teams = parts.teams_for(calendar.yard, need.agency, frozenset(need.skills))
    here = max(0, (now - calendar.origin) // cal.STEP)
    for team in teams:
        if cal.runs(calendar.free(team), length) >> here & 1:
            return team, now
    for cell in range(here, here + PATIENCE // cal.STEP + 1):
        for team in teams:
            if cal.runs(firm.free(team), length) >> cell & 1:
                return team, max(now, firm.start_of(cell))
    for team in teams:
        if not firm.busy.get(team.id, 0) >> here & ((1 << length) - 1):
            return team, now
    return None
