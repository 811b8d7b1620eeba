"""A case: the record of one inspection, with one section for each agency.

Values only; what happens to them is in `planning`, `inspecting`, `gates` and `ending`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.inspection.domain import records
from services.inspection.domain.facts import (
    Conclusion,
    Counts,
    Gate,
    Recognition,
    Required,
    Waiting,
)
from services.inspection.domain.moves import Status
from shared.contracts.case import CaseEvent
from shared.contracts.values import Disposal, Finding, Purpose, Said, Scope, Slot, Verdict

TO_BE_TREATED = (Verdict.MINOR, Disposal.TREAT)


class Consent(StrEnum):
    """How it stands with an amendment after the opening."""

    ASKED = "asked"
    GIVEN = "given"


@dataclass(frozen=True)
class Section:
    """One agency's part of the case.

    `joined_at` is when it came to the newest opening; `findings` are those not yet concluded on.
    """

    agency: str
    needed: bool
    scope: Scope
    joined_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    conclusions: tuple[Conclusion, ...] = ()

    @property
    def conclusion(self) -> Conclusion | None:
        """The newest conclusion."""
        return self.conclusions[-1] if self.conclusions else None

    @property
    def concluded(self) -> bool:
        """Whether the newest conclusion is as deep as what is required now."""
        return self.conclusion is not None and self.conclusion.scope.depth >= self.scope.depth

    @property
    def suspended(self) -> bool:
        """Whether the newest conclusion waits for another: a laboratory's result, a treatment."""
        last = self.conclusion
        treated = last is not None and (last.verdict, last.disposal) == TO_BE_TREATED
        return last is not None and (last.verdict is Verdict.SUSPEND or treated)


@dataclass(frozen=True)
class Opening:
    """One time the container was open, and who was there (yard clock, UTC)."""

    number: int
    opened_at: datetime
    present: tuple[str, ...]
    slot: Slot
    reason: Said | None = None
    closed_at: datetime | None = None

    def no_earlier(self, now: datetime) -> datetime:
        """When something ends that began with this opening, though the yard's clock was set back.

        `now` is the yard clock, UTC.
        """
        return max(now, self.opened_at)


@dataclass(frozen=True)
class Case:
    """One inspection. `version` counts its events, `head` is the end of its chain of records.

    `created_at` is wall time.
    """

    id: UUID
    filing_id: UUID
    requirement_id: UUID
    created_at: datetime
    version: int = 0
    status: Status = Status.PLANNED
    required: Required | None = None
    slot: Slot | None = None
    attempts: int = 0
    sections: tuple[Section, ...] = ()
    openings: tuple[Opening, ...] = ()
    waiting: Waiting | None = None
    leave: Purpose | None = None
    consent: Consent | None = None
    gate: Gate | None = None
    recognition: Recognition | None = None
    counts: Counts | None = None
    head: records.Head = records.START

    @property
    def revision(self) -> int:
        """The requirement's newest known revision; 1 before it is known."""
        return self.required.revision if self.required else 1

    @property
    def yards(self) -> frozenset[str]:
        """The yards whose staff has to do with it: the slot's, and the one it stands in."""
        slot = {self.slot.yard} if self.slot else set()
        inside = {self.gate.yard} if self.gate and self.gate.inside else set()
        return frozenset(slot | inside)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing before the container may be opened."""
        known = {"requirement": self.required, "slot": self.slot}
        return tuple(name for name, value in known.items() if value is None)

    @property
    def opening(self) -> Opening | None:
        """The opening that is open now."""
        last = self.openings[-1] if self.openings else None
        return last if last and last.closed_at is None else None

    @property
    def needed(self) -> tuple[Section, ...]:
        """The sections of the agencies that inspect."""
        return tuple(section for section in self.sections if section.needed)

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed agencies that have not concluded and are not at an open container."""
        present = self.opening.present if self.opening else ()
        return tuple(
            section.agency
            for section in self.needed
            if not section.concluded and section.agency not in present
        )

    def section(self, agency: str | None) -> Section | None:
        """An agency's section, if it has one."""
        return next((each for each in self.sections if each.agency == agency), None)

    def with_section(self, section: Section) -> "Case":
        """This case with the agency's section put in, in the agencies' alphabetic order."""
        return self.with_sections((section,))

    def with_sections(self, sections: Iterable[Section]) -> "Case":
        """This case with these sections put in or replaced."""
        by_agency = {each.agency: each for each in (*self.sections, *sections)}
        return replace(self, sections=tuple(by_agency[name] for name in sorted(by_agency)))

    def with_opening(self, opening: Opening) -> "Case":
        """This case with the opening added or replaced, by its number."""
        others = tuple(each for each in self.openings if each.number != opening.number)
        return replace(self, openings=(*others, opening))


@dataclass(frozen=True)
class Change:
    """A case after something happened to it: what to tell others and what to record."""

    case: Case
    events: tuple[CaseEvent, ...] = ()
    notes: tuple[records.Note, ...] = ()

    def noted(self, kind: str, **facts: records.Json) -> "Change":
        """Also record this."""
        return replace(self, notes=(*self.notes, records.Note(kind=kind, payload=facts)))

    def told(self, kind: type[CaseEvent], **facts: Any) -> "Change":
        """Also tell this to the other services, and record it."""
        case = self.case
        event = kind(
            filing_id=case.filing_id,
            case_id=case.id,
            requirement_id=case.requirement_id,
            revision=case.revision,
            **facts,
        )
        recorded = event.model_dump(mode="json", exclude={"filing_id", "case_id", "requirement_id"})
        told = replace(self, case=replace(case, version=case.version + 1))
        return replace(told, events=(*self.events, event)).noted(event.name, **recorded)
