"""What people see of a case. Decimals are JSON strings, times are UTC."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from services.inspection.domain import attended, inspecting, moves
from services.inspection.domain.case import Case, Opening, Section
from services.inspection.domain.facts import (
    Conclusion,
    Counts,
    Gate,
    Handled,
    Recognition,
    Sample,
    Stay,
)
from services.inspection.domain.moves import Status
from services.inspection.domain.treatments import Treatment
from shared.auth.principal import Principal, Role
from shared.contracts.values import (
    AgencyNeed,
    Container,
    Finding,
    Ground,
    Line,
    Mode,
    Outcome,
    Said,
    Sandbox,
    Scope,
    Slot,
)

READS_ALL = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR})


class ConclusionOut(BaseModel):
    """What an agency concluded. `findings`, `found`, `gross_kg`, `ground`, `officer`: null where
    not yours.

    `containers` are those that it stands for; empty: the whole consignment. `gross_kg` is their
    gross weight, null too if they were not weighed so.
    """

    number: int
    scope: Scope
    verdict: str
    disposal: str
    findings: tuple[Finding, ...] | None
    found: tuple[Line, ...] | None
    gross_kg: Decimal | None
    ground: Ground | None
    concluded_at: datetime
    officer: str | None
    containers: tuple[str, ...]


class SectionOut(BaseModel):
    """An agency's section. `joined_at`: when it came to the newest opening.

    `conclusions` are all of them, the oldest first; `conclusion` is the newest. `open` are the
    containers that it may still conclude on. `attendance`: when its officers came and left, and
    what ended it. `findings`, `samples`, `attendance`, `treatments`: null where they are not yours.
    """

    needed: bool
    scope: Scope
    joined_at: datetime | None
    concluded: bool
    conclusion: ConclusionOut | None
    conclusions: list[ConclusionOut]
    open: tuple[str, ...]
    findings: tuple[Finding, ...] | None
    samples: tuple[Sample, ...] | None
    attendance: tuple[Stay, ...] | None
    treatments: tuple[Treatment, ...] | None
    signed: bool


class OpeningOut(BaseModel):
    """One opening of the container (yard clock).

    `officers` are those that were signed in, by agency; null where they are not yours.
    """

    number: int
    opened_at: datetime
    closed_at: datetime | None
    present: tuple[str, ...]
    officers: dict[str, tuple[str, ...]] | None
    reason: Said | None
    slot: Slot


class WaitingOut(BaseModel):
    """Until when the open container waits (yard clock), and for which agencies."""

    until: datetime
    agencies: tuple[str, ...] = Field(serialization_alias="for")


class CaseOut(BaseModel):
    """A case. `may_open`: the container may be opened now; `gaps`: what is missing for it.

    `consent`: an amendment after the opening waits for an officer's answer (`asked`), or was
    consented to and is not here yet (`given`). `decided`: how containers ended before the others.
    `handled`: how each container that came in stands. `signed_off`: signed by every agency.
    `sandbox`: no real cargo; the outcome that its reference asked for.
    """

    id: UUID
    filing_id: UUID
    requirement_id: UUID
    revision: int | None
    version: int
    status: Status
    mode: Mode | None
    gaps: tuple[str, ...]
    slot: Slot | None
    attempts: int
    needs: tuple[AgencyNeed, ...]
    recognising: AgencyNeed | None
    recognition: Recognition | None
    sections: dict[str, SectionOut]
    openings: list[OpeningOut]
    containers: tuple[Container, ...]
    decided: dict[str, Outcome]
    lines: tuple[Line, ...]
    waiting: WaitingOut | None
    leave: str | None
    consent: str | None
    gate: Gate | None
    handled: dict[str, Handled]
    signed_off: bool
    counts: Counts | None
    sandbox: Sandbox | None
    may_open: bool


def case_out(case: Case, *, who: Principal, now: datetime) -> CaseOut:
    """A case as `who` may see it, `now` on the yard clock.

    Brokers and yard staff see what officers found only once the case has ended.
    """
    whole = who.role in READS_ALL or case.status in moves.ENDED
    required = case.required
    opens_from = inspecting.may_open_from(case)
    return CaseOut(
        id=case.id,
        filing_id=case.filing_id,
        requirement_id=case.requirement_id,
        revision=required.revision if required else None,
        version=case.version,
        status=case.status,
        mode=required.mode if required else None,
        gaps=case.gaps,
        slot=case.slot,
        attempts=case.attempts,
        needs=required.needs if required else (),
        recognising=required.recognising if required else None,
        recognition=_recognition(case.recognition, whole=whole) if case.recognition else None,
        sections={each.agency: _section(each, case, whole=whole) for each in case.sections},
        openings=[_opening(case, each, whole=whole) for each in case.openings],
        containers=required.containers if required else (),
        decided={part: each.outcome for part, each in case.decided.items()},
        lines=required.lines if required else (),
        waiting=WaitingOut.model_validate(case.waiting, from_attributes=True)
        if case.waiting
        else None,
        leave=case.leave,
        consent=case.consent,
        gate=case.gate,
        handled=dict(case.handled),
        signed_off=case.signed_off,
        counts=case.counts,
        sandbox=required.sandbox if required else None,
        may_open=opens_from is not None and opens_from <= now,
    )


def _recognition(recognition: Recognition, *, whole: bool) -> Recognition:
    """Why it was refused are figures that officers found."""
    return recognition if whole else recognition.model_copy(update={"reason": None})


def _section(section: Section, case: Case, *, whole: bool) -> SectionOut:
    conclusions = [_conclusion(each, whole=whole) for each in section.conclusions]
    inspects = section.needed and case.status not in moves.ENDED
    left = [each for each in case.parts if each and section.may_conclude_on(each)]
    return SectionOut(
        needed=section.needed,
        scope=section.scope,
        joined_at=section.joined_at,
        concluded=case.concluded(section),
        conclusion=conclusions[-1] if conclusions else None,
        conclusions=conclusions,
        open=tuple(left) if inspects else (),
        findings=section.findings if whole else None,
        samples=section.samples if whole else None,
        attendance=section.attendance if whole else None,
        treatments=section.treatments if whole else None,
        signed=section.signed is not None,
    )


def _conclusion(conclusion: Conclusion, *, whole: bool) -> ConclusionOut:
    return ConclusionOut(
        number=conclusion.number,
        scope=conclusion.scope,
        verdict=conclusion.verdict,
        disposal=conclusion.disposal,
        findings=conclusion.findings if whole else None,
        found=conclusion.found if whole else None,
        gross_kg=conclusion.gross_kg if whole else None,
        ground=conclusion.ground if whole else None,
        concluded_at=conclusion.concluded_at,
        officer=conclusion.officer if whole else None,
        containers=conclusion.containers,
    )


def _opening(case: Case, opening: Opening, *, whole: bool) -> OpeningOut:
    return OpeningOut(
        number=opening.number,
        opened_at=opening.opened_at,
        closed_at=opening.closed_at,
        present=opening.present,
        officers=attended.at_opening(case, opening) if whole else None,
        reason=opening.reason,
        slot=opening.slot,
    )
