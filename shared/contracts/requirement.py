"""Events of a requirement: what must be inspected of one filing, in one go.

Owner: mutual_recognition, which alone revises a requirement and alone closes it.
"""

from datetime import date
from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.envelope import Event, Fact
from shared.contracts.values import (
    Agency,
    AgencyNeed,
    BayKind,
    Container,
    Element,
    Instant,
    Line,
    Mode,
    Outcome,
    Purpose,
    Said,
    Sandbox,
    SlotWish,
)

Cause = Literal[
    "amendment", "escalation", "late_selection", "recognition_refused", "recognition_lapsed"
]


class DecidingRow(Fact):
    """The row of a dated table that decided, with its reason in both languages."""

    table: str
    version: int
    row: str
    agency: Agency | None = None
    reason_en: str
    reason_zh: str


class RequirementEvent(Event):
    """Something happened to a requirement."""

    aggregate: ClassVar[str] = "requirement"
    subject_field: ClassVar[str] = "requirement_id"

    requirement_id: UUID
    filing_version: int = Field(ge=1)
    revision: int = Field(ge=1)


class Determination(RequirementEvent):
    """What is required now. `needs` are the agencies that inspect.

    In mode `recognition`, `needs` is the primary agency alone and `recognising` is what the
    secondary agency would have inspected and may recognise instead. `containers` is empty for
    loose or bulk cargo. `lines` are the declared name, quantity and weight. `sandbox`: the
    reference decided, not the tables.
    """

    mode: Mode
    primary_agency: Agency | None = None
    needs: tuple[AgencyNeed, ...] = ()
    recognising: AgencyNeed | None = None
    bay_kind: BayKind = BayKind.PLAIN
    containers: tuple[Container, ...] = ()
    lines: tuple[Line, ...]
    terminal: str
    arrival: Instant
    perishable_until: Instant | None = None
    broker: str
    slot_wish: SlotWish = SlotWish()
    rows: tuple[DecidingRow, ...] = ()
    sandbox: Sandbox | None = None

    @model_validator(mode="after")
    def _mode_and_needs_agree(self) -> Self:
        expected = {Mode.NONE: 0, Mode.SINGLE: 1, Mode.RECOGNITION: 1}.get(self.mode)
        agencies = len(self.needs)
        fits = agencies >= 2 if expected is None else agencies == expected
        if not fits or (self.mode is Mode.RECOGNITION) != (self.recognising is not None):
            raise ValueError(f"mode {self.mode} does not fit {agencies} inspecting agencies")
        return self


class RequirementDetermined(Determination):
    """Both agencies' selections are merged into one requirement."""

    name: ClassVar[str] = "determined"


class RequirementRevised(Determination):
    """The requirement changed; `revision` grew by one."""

    name: ClassVar[str] = "revised"

    cause: Cause
    reason: Said


class AmendmentNoted(RequirementEvent):
    """A new filing version changes nothing that was determined on."""

    name: ClassVar[str] = "amendment_noted"


class LeaveAsked(RequirementEvent):
    """Inspection is asked whether the cargo may still be withdrawn or amended."""

    name: ClassVar[str] = "leave_asked"

    purpose: Purpose


class ChangeRefused(RequirementEvent):
    """The broker's amendment or withdrawal cannot be granted."""

    name: ClassVar[str] = "change_refused"

    purpose: Purpose
    reason: Said


class RequirementPartlyMet(RequirementEvent):
    """Some containers have their outcome; the requirement goes on with the others.

    `released` and `refused_entry` are told of a container once and for good. A container that is
    `held` waits for an agency's later conclusion.
    """

    name: ClassVar[str] = "partly_met"

    containers: tuple[str, ...] = Field(min_length=1)
    outcome: Outcome
    reason: Said
    recognised: tuple[Element, ...] = ()


class RequirementMet(RequirementEvent):
    """Everything required was done; the filing ends by `outcome`.

    With outcome `held` an agency suspended its verdict; a later conclusion leads to another
    `met` with the final outcome. `containers` have this outcome, all others were released or
    refused entry before; empty: the whole consignment has it.
    """

    name: ClassVar[str] = "met"

    outcome: Outcome
    reason: Said
    recognised: tuple[Element, ...] = ()
    containers: tuple[str, ...] = ()


class CompanySuspended(RequirementEvent):
    """What an agency found suspends the consignee by the policy: nothing of it is recognised.

    The agency may lift that from a day on, once the company has gone its way back.
    """

    name: ClassVar[str] = "company_suspended"

    suspension_id: UUID
    company: str
    agency: Agency
    reason: Said
    way_back: Said
    liftable_from: date


class RequirementVoided(RequirementEvent):
    """The filing was withdrawn before its requirement was met."""

    name: ClassVar[str] = "voided"

    reason: Said
