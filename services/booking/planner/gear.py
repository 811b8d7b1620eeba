"""A yard's gear and gangs as the optimizer knows them: teams of one more agency for each kind.

Where a yard has gear of a kind for a scope, each inspection of that scope takes one of it; a yard
without, or on a day without, needs none. A request names all kinds that any yard has for it, so
whoever needs none there gets one of enough that stand for nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.booking.domain import parts
from services.booking.domain.calendar import Calendar
from services.booking.domain.parts import Part
from services.booking.domain.resources import Sort
from services.booking.optimizer.problem import Team
from services.booking.planner import ids
from services.booking.planner.grid import Grid
from shared.contracts.values import Scope

KIND = "gear:"
NOTHING = "-"
"""The first letter of what stands for no gear: no code of a yard begins so."""

Scopes = frozenset[Scope]


@dataclass(frozen=True)
class Geared:
    """The gear of all yards of a plan, for the scopes that are wanted in it."""

    grid: Grid
    calendars: Sequence[Calendar]
    wanted: Sequence[Scopes]

    def needs(self, scopes: Scopes) -> Mapping[str, frozenset[str]]:
        """What a request needs besides its agencies: for each kind of gear the skill for it."""
        kinds = {part.name for each in self.calendars for part in _parts(each, scopes)}
        return {KIND + kind: frozenset({_skill(scopes)}) for kind in sorted(kinds)}

    def teams(self) -> Iterator[Team]:
        """All gear, and for each yard as many of nothing as it has bays."""
        for calendar in self.calendars:
            for kind in sorted({name for scopes in self.wanted for name in self.needs(scopes)}):
                yield from self._real(calendar, kind)
                yield from self._none(calendar, kind)

    def _real(self, calendar: Calendar, kind: str) -> Iterator[Team]:
        yard = calendar.yard
        for each in yard.gear:
            skills = frozenset(_skill(scopes) for scopes in self.wanted if each.scopes & scopes)
            if KIND + each.kind == kind and skills:
                free = self.grid.stretches(calendar, calendar.free(each))
                yield Team(ids.of(yard.code, each), yard.code, kind, skills, free)

    def _none(self, calendar: Calendar, kind: str) -> Iterator[Team]:
        yard = calendar.yard
        for scopes in self.wanted:
            if kind not in self.needs(scopes):
                continue
            part = next((p for p in _parts(calendar, scopes) if KIND + p.name == kind), None)
            needed = 0 if part is None else parts.needed(calendar, part)
            hours = self.grid.stretches(calendar, calendar.everything() & ~needed)
            for number in range(len(yard.bays)):
                name = none_id(yard.code, kind, scopes, number)
                yield Team(name, yard.code, kind, frozenset({_skill(scopes)}), hours)


def none_id(yard: str, kind: str, scopes: Scopes, number: int = 0) -> str:
    """What stands for no gear of a kind."""
    return f"{yard}/{NOTHING}{kind}:{_skill(scopes)}:{number}"


def codes(teams: Mapping[str, str]) -> tuple[str, ...]:
    """The codes of the gear among the teams of a planned place."""
    gear = (ids.code(team) for kind, team in sorted(teams.items()) if kind.startswith(KIND))
    return tuple(each for each in gear if not each.startswith(NOTHING))


def _parts(calendar: Calendar, scopes: Scopes) -> list[Part]:
    found = parts.gear_for(calendar.yard, scopes)
    return [Part(Sort.GEAR, kind, tuple(those)) for kind, those in found.items()]


def _skill(scopes: Scopes) -> str:
    return "+".join(sorted(scopes))
