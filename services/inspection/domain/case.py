"""A case: the record of one inspection, with one section for each agency.

Values only; what happens to them is in `planning`, `inspecting`, `gates` and `ending`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.inspection.domain import records
from services.inspection.domain.facts import (
    Conclusion,
    Counts,
    Decided,
    Gate,
    Handled,
    Recognition,
    Required,
    Sample,
    SignOff,
    Stay,
    Waiting,
)
from services.inspection.domain.moves import Status
from services.inspection.domain.replacing import replace
from services.inspection.domain.treatments import Treatment
from shared.contracts.case import CaseEvent
from shared.contracts.values import Disposal, Finding, Purpose, Said, Scope, Slot, Verdict

LOOSE = ""
"""Loose cargo is one part of a consignment, which is no container's number."""
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
    samples: tuple[Sample, ...] = ()
    attendance: tuple[Stay, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    signed: SignOff | None = None

    @property
    def conclusion(self) -> Conclusion | None:
        """The newest conclusion."""
        return self.conclusions[-1] if self.conclusions else None

    def last(self, part: str) -> Conclusion | None:
        """The newest conclusion on a container."""
        return next((each for each in reversed(self.conclusions) if each.covers(part)), None)

    def concluded_on(self, part: str) -> bool:
        """Whether the newest conclusion on it is as deep as what is required now."""
        last = self.last(part)
        return last is not None and last.scope.depth >= self.scope.depth

    def suspended_on(self, part: str) -> bool:
        """Whether the newest conclusion on it waits for another: of a laboratory, a treatment."""
        last = self.last(part)
        treated = last is not None and (last.verdict, last.disposal) == TO_BE_TREATED
        return last is not None and (last.verdict is Verdict.SUSPEND or treated)

    def may_conclude_on(self, part: str) -> bool:
        """Whether something is still to be said of it."""
        return not self.concluded_on(part) or self.suspended_on(part)


@dataclass(frozen=True)
class Opening:
    """One time the container was open, and who was there (yard clock, UTC).

    `came` says since when each agency that was present was.
    """

    number: int
    opened_at: datetime
    present: tuple[str, ...]
    slot: Slot
    reason: Said | None = None
    closed_at: datetime | None = None
    came: Mapping[str, datetime] = field(default_factory=dict)

    def no_earlier(self, now: datetime) -> datetime:
        """When something ends that began with this opening, though the yard's clock was set back.

        `now` is the yard clock, UTC.
        """
        return max(now, self.opened_at)


@dataclass(frozen=True)
class Case:
    """One inspection. `version` counts its events, `head` is the end of its chain of records.

    `created_at` is wall time. `decided` are the containers that ended before the others; `handled`
    is how each one that came in stands.
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
    decided: Mapping[str, Decided] = field(default_factory=dict)
    handled: Mapping[str, Handled] = field(default_factory=dict)
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
    def signed_off(self) -> bool:
        """Whether every agency that inspects has signed the case as it is."""
        return bool(self.needed) and all(each.signed for each in self.needed)

    @property
    def containers(self) -> tuple[str, ...]:
        """The numbers of all containers of the consignment."""
        return tuple(each.number for each in self.required.containers) if self.required else ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The containers that are still to be decided; loose cargo is one part."""
        return tuple(each for each in self.containers or (LOOSE,) if each not in self.decided)

    def concluded(self, section: Section) -> bool:
        """Whether an agency has concluded on all that is still to be decided."""
        return all(map(section.concluded_on, self.parts))

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed agencies that have not concluded and are not at an open container."""
        present = self.opening.present if self.opening else ()
        return tuple(
            section.agency
            for section in self.needed
            if not self.concluded(section) and section.agency not in present
        )

    def section(self, agency: str | None) -> Section | None:
        """An agency's section, if it has one."""
        return next((each for each in self.sections if each.agency == agency), None)

    def with_section(self, section: Section) -> "Case":
        """This case with the agency's section put in, in the agencies' alphabetic order."""
        if self.section(section.agency) is None:
            return self.with_sections((section,))
        kept = [section if each.agency == section.agency else each for each in self.sections]
        return replace(self, sections=tuple(kept))

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
