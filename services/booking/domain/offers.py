"""Which slots a requirement can have: earliest first, taking the least scarce team and bay.

Agencies inspect together, so a slot is as long as the agency that needs longest. Everything here
is a pure function of the calendar.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from services.booking.domain import calendar as cal
from services.booking.domain.calendar import Calendar
from services.booking.domain.resources import Bay, Gear, Team
from services.booking.domain.yard import Window, Yard
from shared.contracts.values import AgencyNeed, BayKind, Scope, Slot, TeamPlace

Resource = TypeVar("Resource", Bay, Team, Gear)


@dataclass(frozen=True)
class Want:
    """What a slot must have: a bay of this kind, and a team for each need."""

    bay_kind: BayKind
    needs: tuple[AgencyNeed, ...]

    @property
    def minutes(self) -> int:
        """How long the slot is: they inspect together."""
        return max((need.minutes for need in self.needs), default=0)

    @property
    def scopes(self) -> frozenset[Scope]:
        """How deep the inspections go that happen in it."""
        return frozenset(need.scope for need in self.needs)


@dataclass(frozen=True)
class Offer:
    """A slot, and what it costs the cargo: minutes after the window opens, after free time."""

    slot: Slot
    wait_minutes: int
    late_minutes: int


def bays_for(yard: Yard, kind: BayKind) -> list[Bay]:
    """The bays that can take goods of a kind: each kind of goods needs its own kind of bay."""
    return [bay for bay in yard.bays if bay.kind is kind]


def teams_for(yard: Yard, need: AgencyNeed) -> list[Team]:
    """The teams that can serve a need, those that could do little else first."""
    skills = frozenset(need.skills)
    able = [team for team in yard.teams if team.can(need.agency, skills)]
    return sorted(able, key=lambda team: (len(team.skills), team.id))


def gear_for(yard: Yard, want: Want) -> dict[str, list[Gear]]:
    """The yard's gear that serves the scopes, by kind: one of each kind is needed."""
    found: dict[str, list[Gear]] = {}
    for each in yard.gear:
        if each.scopes & want.scopes:
            found.setdefault(each.kind, []).append(each)
    return found


def slots(
    calendar: Calendar,
    want: Want,
    *,
    earliest: datetime,
    latest: datetime | None = None,
    prefer: frozenset[int] = frozenset(),
) -> Iterator[Slot]:
    """Every start at which bay and teams are free, earliest first, each with its best choice.

    No slot ends after `latest`. `prefer` are the resources to take before others if they are free.
    """
    choice = _Choice(calendar, want, prefer)
    feasible = choice.together() >> (first := calendar.from_cell(earliest)) << first
    if latest is not None:
        feasible &= calendar.up_to(latest - timedelta(minutes=want.minutes))
    while feasible:
        cell = (feasible & -feasible).bit_length() - 1
        yield choice.at(cell)
        feasible &= feasible - 1


def best(
    calendar: Calendar,
    want: Want,
    *,
    earliest: datetime,
    latest: datetime | None = None,
    prefer: frozenset[int] = frozenset(),
) -> Slot | None:
    """The earliest slot, or None."""
    return next(slots(calendar, want, earliest=earliest, latest=latest, prefer=prefer), None)


def spread(
    calendar: Calendar,
    want: Want,
    *,
    earliest: datetime,
    latest: datetime | None = None,
    window: Window,
    limit: int,
) -> tuple[Offer, ...]:
    """The next slot and later ones that do not overlap it: real alternatives, with their cost."""
    found: list[Offer] = []
    for slot in slots(calendar, want, earliest=earliest, latest=latest):
        if found and slot.starts < found[-1].slot.ends:
            continue
        found.append(priced(slot, window))
        if len(found) == limit:
            break
    return tuple(found)


def priced(slot: Slot, window: Window) -> Offer:
    """What a slot costs the cargo, in whole minutes."""
    return Offer(
        slot=slot,
        wait_minutes=_minutes(slot.starts - window.opens),
        late_minutes=_minutes(slot.ends - window.free_until),
    )


class _Choice:
    """The starts that each suitable resource could serve, computed once for a want."""

    def __init__(self, calendar: Calendar, want: Want, prefer: frozenset[int]) -> None:
        length = cal.cells_of(want.minutes)
        self._calendar = calendar
        self._want = want
        self._bays = [
            (bay, cal.runs(calendar.free(bay), length))
            for bay in _first(prefer, bays_for(calendar.yard, want.bay_kind))
        ]
        self._teams = {
            need.agency: [
                (team, cal.runs(calendar.free(team), length))
                for team in _first(prefer, teams_for(calendar.yard, need))
            ]
            for need in want.needs
        }
        self._gear = [
            _Kind(calendar, _first(prefer, those), length)
            for those in gear_for(calendar.yard, want).values()
        ]

    def together(self) -> int:
        """The starts at which a bay and one team for each need are free; none without a need."""
        if not self._want.needs:
            return 0
        feasible = _union(starts for _, starts in self._bays)
        for teams in self._teams.values():
            feasible &= _union(starts for _, starts in teams)
        for kind in self._gear:
            feasible &= kind.starts
        return feasible

    def at(self, cell: int) -> Slot:
        """The slot that begins with a feasible cell."""
        starts = self._calendar.start_of(cell)
        bay = next(bay for bay, free in self._bays if free >> cell & 1)
        places = [
            TeamPlace(
                agency=agency, team=next(team for team, free in teams if free >> cell & 1).code
            )
            for agency, teams in self._teams.items()
        ]
        return Slot(
            yard=self._calendar.yard.code,
            bay=bay.code,
            teams=tuple(places),
            gear=tuple(code for kind in self._gear if (code := kind.at(cell)) is not None),
            starts=starts,
            ends=starts + timedelta(minutes=self._want.minutes),
        )


class _Kind:
    """The gear of one kind: a start needs one of it on days on which the yard has any."""

    def __init__(self, calendar: Calendar, those: list[Gear], length: int) -> None:
        self._free = [(each, cal.runs(calendar.free(each), length)) for each in those]
        everything = (1 << calendar.cells) - 1
        self._needed = _union(calendar.known(each) for each in those)
        self.starts = _union(free for _, free in self._free) | everything & ~self._needed

    def at(self, cell: int) -> str | None:
        """Which one is taken for a slot that begins with a feasible cell."""
        if not self._needed >> cell & 1:
            return None
        return next(each.code for each, free in self._free if free >> cell & 1)


def _first(prefer: frozenset[int], able: list[Resource]) -> list[Resource]:
    return sorted(able, key=lambda each: each.id not in prefer)


def _union(masks: Iterable[int]) -> int:
    together = 0
    for mask in masks:
        together |= mask
    return together


def _minutes(span: timedelta) -> int:
    return max(0, -(-span // timedelta(minutes=1)))
