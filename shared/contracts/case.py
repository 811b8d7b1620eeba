"""Events of a case: the record of one inspection, one section an agency. Owner: inspection."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event
from shared.contracts.values import (
    Agency,
    Disposal,
    Finding,
    Ground,
    Instant,
    Kilograms,
    Line,
    Purpose,
    Said,
    Scope,
    Slot,
    Verdict,
)


class CaseEvent(Event):
    """Something happened to a case; `revision` is the requirement's that it worked from."""

    aggregate: ClassVar[str] = "case"
    subject_field: ClassVar[str] = "case_id"

    case_id: UUID
    requirement_id: UUID
    revision: int = Field(ge=1)


class CasePlanned(CaseEvent):
    """The inspection has its slot."""

    name: ClassVar[str] = "planned"

    slot: Slot


class CaseOpened(CaseEvent):
    """The container was opened; both agencies share this opening."""

    name: ClassVar[str] = "opened"

    opening: int = Field(ge=1)
    opened_at: Instant
    present: tuple[Agency, ...]
    reason: Said | None = None


class CaseJoined(CaseEvent):
    """Another agency came to the open container."""

    name: ClassVar[str] = "joined"

    opening: int = Field(ge=1)
    agency: Agency
    joined_at: Instant


class CaseEscalationRequested(CaseEvent):
    """An officer asks for a deeper look, or for the other agency."""

    name: ClassVar[str] = "escalation_requested"

    requested_by: Agency
    agency: Agency
    scope: Scope
    reason: str
    officer: str


class AbnormalFound(CaseEvent):
    """An agency found in one step what must not be.

    The supervisors of every agency acknowledge it until `acknowledge_by` (yard clock).
    """

    name: ClassVar[str] = "abnormal_found"

    agency: Agency
    findings: tuple[Finding, ...] = Field(min_length=1)
    found_at: Instant
    acknowledge_by: Instant


class SectionConcluded(CaseEvent):
    """An agency concluded its section: what it found and what follows, for the whole consignment.

    `found` has a line for each goods line that was counted or weighed (kg); `gross_kg` is the gross
    weight of all that it is about, None if it was not weighed so. `ground` says why, beside the
    findings: a suspended verdict has one or the other.
    """

    name: ClassVar[str] = "concluded"

    agency: Agency
    conclusion: int = Field(ge=1)
    scope: Scope
    verdict: Verdict
    disposal: Disposal
    findings: tuple[Finding, ...] = ()
    found: tuple[Line, ...] = ()
    gross_kg: Kilograms | None = None
    ground: Ground | None = None
    concluded_at: Instant
    officer: str


class SectionPartlyConcluded(SectionConcluded):
    """An agency's conclusion for some containers of the consignment alone, by their numbers."""

    name: ClassVar[str] = "partly_concluded"

    containers: tuple[str, ...] = Field(min_length=1)


class CaseWaiting(CaseEvent):
    """The container stands open until `until` for what is still missing."""

    name: ClassVar[str] = "waiting"

    waits_for: str
    until: Instant


class CaseClosedUp(CaseEvent):
    """The wait ran out: the container was closed with agencies still missing.

    A new slot and a new opening are needed for them.
    """

    name: ClassVar[str] = "closed_up"

    missing: tuple[Agency, ...]
    closed_at: Instant


class LeaveGiven(CaseEvent):
    """The cargo may be withdrawn or amended: nothing was opened, or an officer consents."""

    name: ClassVar[str] = "leave_given"

    purpose: Purpose


class LeaveRefused(CaseEvent):
    """The inspection has begun, and no officer consents: the filing stays as it is."""

    name: ClassVar[str] = "leave_refused"

    purpose: Purpose
    reason: Said


class CaseCompleted(CaseEvent):
    """The container is closed again and the record is complete.

    Moves and unpackings are counted in containers (a loose lot counts as one); avoided ones only
    where both agencies would have moved or unpacked.
    """

    name: ClassVar[str] = "completed"

    completed_at: Instant
    openings: int = Field(ge=0)
    moves: int = Field(ge=0)
    moves_avoided: int = Field(ge=0)
    unpackings: int = Field(ge=0)
    unpackings_avoided: int = Field(ge=0)
    findings: int = Field(ge=0)


class CaseVoided(CaseEvent):
    """The requirement ended without an inspection."""

    name: ClassVar[str] = "voided"

    reason: Said
