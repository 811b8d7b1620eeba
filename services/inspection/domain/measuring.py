"""What one inspection measures, after the WCO's guide to Time Release Studies (version 3, 2018).

The guide asks for the time of each step, and for waiting apart from working. Every figure is
of the case as it stands, but for its chain's first times (`firsts`). Times are yard clock, UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.inspection.domain import attended, counting
from services.inspection.domain.case import LOOSE, Case, Opening, Section
from services.inspection.domain.facts import Conclusion
from services.inspection.domain.moves import Status
from services.inspection.domain.records import Record
from services.inspection.domain.worth import History, Worth
from shared.contracts.values import Mode, Scope
from shared.reference import sizes

KINDS = ("determined", "revised", "slot_given", "gate_in")
"""The records that `firsts` reads."""
MINUTE = timedelta(minutes=1)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Firsts:
    """When it was first selected, booked and in the yard, and by each agency selected."""

    selected_at: datetime | None = None
    booked_at: datetime | None = None
    gate_in_at: datetime | None = None
    selected_by: Mapping[str, datetime] = field(default_factory=dict)

    def then(self, later: "Firsts") -> "Firsts":
        """With what the records after these tell: what was first stays."""
        return Firsts(
            self.selected_at or later.selected_at,
            self.booked_at or later.booked_at,
            self.gate_in_at or later.gate_in_at,
            {**later.selected_by, **self.selected_by},
        )


@dataclass(frozen=True)
class Saved:
    """What sharing saved once the case is complete; None of what has no figure on its day."""

    moves: int
    moves_avoided: int
    unpackings: int
    unpackings_avoided: int
    cny: Decimal | None


@dataclass(frozen=True)
class OfAgency:
    """An agency's part: when it first came, its last conclusion, its team's minutes and its
    officers', None where none signed in. One that recognises, or is not needed, does not inspect.
    """

    agency: str
    inspects: bool
    scope: Scope
    came_at: datetime | None
    concluded_at: datetime | None
    team_minutes: int
    officer_minutes: int | None


@dataclass(frozen=True)
class Measured:
    """One inspection. `slots` counts those it was given; `slot_starts` is that of the first
    opening, before it of the slot it has. `m2_hours` is the yard's area over time.
    """

    mode: Mode | None
    yard: str | None
    slots: int
    slot_starts: datetime | None
    opened_at: datetime | None
    concluded_at: datetime | None
    completed_at: datetime | None
    openings: int
    working_minutes: int
    m2_hours: Decimal | None
    saved: Saved | None
    agencies: tuple[OfAgency, ...]


@dataclass(frozen=True)
class _Stay:
    """A team at an opening; `left` is None while it is not known."""

    agency: str
    came: datetime
    left: datetime | None


def firsts(records: Iterable[Record]) -> Firsts:
    """What some records of a chain, in their order, tell of first times."""
    found = Firsts()
    for each in records:
        found = found.then(_first(each))
    return found


def _first(record: Record) -> Firsts:
    at = record.times.yard
    if record.kind in ("determined", "revised"):
        its: Mapping[str, Any] = record.payload
        selects = [*its["needs"], *([its["recognising"]] if its["recognising"] else [])]
        by = {each["agency"]: at for each in selects}
        return Firsts(selected_at=at if by else None, selected_by=by)
    if record.kind == "slot_given":
        return Firsts(booked_at=at)
    return Firsts(gate_in_at=at) if record.kind == "gate_in" else Firsts()


def measure(case: Case, worth: History) -> Measured:
    """What a case measures as it stands; `worth` are the dated figures."""
    stays = [stay for opening in case.openings for stay in _stays(case, opening)]
    first = case.openings[0] if case.openings else None
    last = case.openings[-1] if case.openings else None
    slot = first.slot if first else case.slot
    done = case.status is Status.COMPLETED
    concluded = [each.concluded_at for one in case.sections for each in one.conclusions]
    return Measured(
        mode=case.required.mode if case.required else None,
        yard=slot.yard if slot else None,
        slots=case.attempts,
        slot_starts=slot.starts if slot else None,
        opened_at=first.opened_at if first else None,
        concluded_at=max(concluded, default=None),
        completed_at=last.closed_at if last and done else None,
        openings=len(case.openings),
        working_minutes=_union(stays) // MINUTE,
        m2_hours=_area(case, stays, worth),
        saved=_saved(case, worth),
        agencies=tuple(_of_agency(each, stays) for each in case.sections),
    )


def _stays(case: Case, opening: Opening) -> list[_Stay]:
    """A team leaves with its last conclusion at the container, or when that is closed."""
    found, whole = [], case.containers or (LOOSE,)
    for agency, came in opening.came.items():
        section = case.section(agency)
        at_it = _at_container(section, opening, whole=whole) if section else []
        left = max((each.concluded_at for each in at_it), default=opening.closed_at)
        found.append(_Stay(agency, came, left))
    return found


def _at_container(
    section: Section, opening: Opening, *, whole: tuple[str, ...]
) -> list[Conclusion]:
    """The section's conclusions of an opening, without what follows a laboratory or a treatment.

    Those are on what was concluded on before, and no deeper: nobody stands at the container.
    """
    during = [
        each
        for each in section.conclusions
        if each.concluded_at >= opening.came[section.agency]
        and (opening.closed_at is None or each.concluded_at <= opening.closed_at)
    ]
    return [each for at, each in enumerate(during) if not _repeats(each, during[:at], whole=whole)]


def _repeats(
    conclusion: Conclusion, earlier: Sequence[Conclusion], *, whole: tuple[str, ...]
) -> bool:
    as_deep = [each for each in earlier if each.scope.depth >= conclusion.scope.depth]
    parts = conclusion.containers or whole
    return all(any(each.covers(part) for each in as_deep) for part in parts)


def _union(stays: Iterable[_Stay]) -> timedelta:
    """How long somebody worked, whoever it was: time that teams share counts once."""
    total, until = timedelta(), None
    for came, left in sorted((each.came, each.left) for each in stays if each.left is not None):
        begins = came if until is None else max(came, until)
        total += max(left - begins, timedelta())
        until = left if until is None else max(left, until)
    return total


def _of_agency(section: Section, stays: Iterable[_Stay]) -> OfAgency:
    own = [each for each in stays if each.agency == section.agency]
    return OfAgency(
        agency=section.agency,
        inspects=section.needed,
        scope=section.scope,
        came_at=min((each.came for each in own), default=None),
        concluded_at=section.conclusion.concluded_at if section.conclusion else None,
        team_minutes=_union(own) // MINUTE,
        officer_minutes=attended.minutes(section),
    )


def _area(case: Case, stays: Iterable[_Stay], worth: History) -> Decimal | None:
    """The area of the bays times the hours that the container stood open in them.

    The bay of the last opening of a completed case was in use until the last team left: a
    laboratory's result may come days later. None where an opening's day has no figure.
    """
    left = max((each.left for each in stays if each.left is not None), default=None)
    total = Decimal(0)
    for opening in case.openings:
        last = opening is case.openings[-1] and case.status is Status.COMPLETED
        until = left if last and left is not None else opening.closed_at
        figures = worth.at(opening.opened_at.date())
        if figures is None:
            return None
        if until is not None:
            minutes = max(until - opening.opened_at, timedelta()) // MINUTE
            total += figures.bay * (1 + len(opening.slot.beside)) * minutes / 60
    return total.quantize(_CENT)


def _saved(case: Case, worth: History) -> Saved | None:
    if case.counts is None:
        return None
    figures = worth.at(case.openings[-1].opened_at.date())
    return Saved(
        moves=case.counts.moves,
        moves_avoided=case.counts.moves_avoided,
        unpackings=case.counts.unpackings,
        unpackings_avoided=case.counts.unpackings_avoided,
        cny=None if figures is None else _money(case, figures),
    )


def _money(case: Case, figures: Worth) -> Decimal:
    """What the avoided moves and unpackings would have cost, by the TEU of each container.

    The published figure is for a TEU, so that of loose cargo nothing is counted.
    """
    if case.required is None:
        return Decimal(0)
    total = Decimal(0)
    for container in case.required.containers:
        alone = case.required.model_copy(update={"containers": (container,)})
        counts = counting.count(alone, case.openings, findings=0, decided=case.decided)
        each = figures.move * counts.moves_avoided + figures.unpacking * counts.unpackings_avoided
        total += sizes.teu([container.size_type]) * each
    return total.quantize(_CENT)
