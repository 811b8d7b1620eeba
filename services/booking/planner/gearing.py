"""A yard's gear in a problem: a kind of gear is one more agency, whose teams are the pieces.

An inspection takes one of each kind that its scopes need, on the days on which the yard has any.
So that no request has to know the days, a yard has teams of nobody in all other hours: as many as
it has bays, so that there is always one.
"""

from collections.abc import Collection, Iterator, Mapping

from services.booking.domain.calendar import Calendar
from services.booking.domain.resources import ALWAYS, Gear
from services.booking.domain.yard import Yard
from services.booking.optimizer.problem import Team
from services.booking.planner.grid import Grid
from shared.contracts.values import Scope, Slot

Scopes = frozenset[Scope]
PREFIX = "gear "
"""No agency's name has a space in it."""


def needs(yards: Collection[Yard], scopes: Scopes) -> dict[str, frozenset[str]]:
    """What a request of these scopes needs besides its agencies' teams."""
    kinds = {each.kind for yard in yards for each in yard.gear if each.scopes & scopes}
    return {PREFIX + kind: frozenset({_name(scopes)}) for kind in sorted(kinds)}


def teams(
    grid: Grid, calendar: Calendar, wanted: Collection[Scopes], yards: Collection[Yard]
) -> Iterator[Team]:
    """The gear of a calendar's yard as teams, and nobody's for when it is not needed."""
    yard = calendar.yard
    for each in yard.gear:
        skills = frozenset(_name(scopes) for scopes in wanted if scopes & each.scopes)
        free = grid.stretches(calendar, calendar.free(each))
        yield Team(_id(yard.code, each), yard.code, PREFIX + each.kind, skills, free)
    for scopes in sorted(wanted, key=_name):
        for agency, skills in needs(yards, scopes).items():
            at_once = calendar.opening()
            for each in yard.gear:
                if PREFIX + each.kind == agency and each.scopes & scopes:
                    at_once &= ~calendar.known(each)
            for number in range(len(yard.bays) if at_once else 0):
                name = _nobody(yard.code, agency, scopes, number)
                yield Team(name, yard.code, agency, skills, grid.stretches(calendar, at_once))


def of_slot(teams: Mapping[str, str]) -> tuple[str, ...]:
    """The codes of the gear among a place's teams."""
    names = (name for agency, name in sorted(teams.items()) if agency.startswith(PREFIX))
    return tuple(code for name in names if (code := name.split("/")[1]))


def booked(yard: Yard, slot: Slot, scopes: Scopes, yards: Collection[Yard]) -> dict[str, str]:
    """The teams that stand for the gear of a slot."""
    nobody = {each: _nobody(yard.code, each, scopes, 0) for each in needs(yards, scopes)}
    tools = (yard.tool(code, at=slot.starts) for code in slot.gear)
    return nobody | {PREFIX + each.kind: _id(yard.code, each) for each in tools if each is not None}


def _name(scopes: Scopes) -> str:
    return "+".join(sorted(scopes))


def _id(yard: str, gear: Gear) -> str:
    since = "" if gear.days[0] == ALWAYS[0] else f"/{gear.days[0]}"
    return f"{yard}/{gear.code}/gear{since}"


def _nobody(yard: str, agency: str, scopes: Scopes, number: int) -> str:
    return f"{yard}//{agency}/{_name(scopes)}/{number}"
