"""Values inside a case that are kept as they are, as JSON."""

from enum import StrEnum
from typing import Self
from uuid import UUID

from shared.contracts.envelope import Fact
from shared.contracts.requirement import Determination
from shared.contracts.values import (
    Agency,
    AgencyNeed,
    Container,
    Disposal,
    Finding,
    Ground,
    Instant,
    Kilograms,
    Line,
    Mode,
    Outcome,
    Said,
    Sandbox,
    Scope,
    Verdict,
)


class Required(Fact):
    """What the newest known revision of the requirement asks for."""

    filing_version: int
    revision: int
    mode: Mode
    primary_agency: Agency | None = None
    needs: tuple[AgencyNeed, ...] = ()
    recognising: AgencyNeed | None = None
    containers: tuple[Container, ...] = ()
    lines: tuple[Line, ...]
    broker: str
    sandbox: Sandbox | None = None

    @classmethod
    def by(cls, determination: Determination) -> Self:
        """The part of a determination that an inspection needs."""
        return cls.model_validate(determination, from_attributes=True)

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies that inspect."""
        return tuple(need.agency for need in self.needs)


class Conclusion(Fact):
    """What one agency concluded; `number` counts its conclusions from 1.

    `containers` are those that it is about; empty: the whole consignment.
    """

    number: int
    scope: Scope
    verdict: Verdict
    disposal: Disposal
    findings: tuple[Finding, ...] = ()
    found: tuple[Line, ...] = ()
    gross_kg: Kilograms | None = None
    ground: Ground | None = None
    concluded_at: Instant
    officer: str
    containers: tuple[str, ...] = ()

    def covers(self, part: str) -> bool:
        """Whether it is about this container, or about loose cargo."""
        return not self.containers or part in self.containers


class Handover(Fact):
    """A sample goes from one holder to the next (yard clock, UTC); who of the agency saw to it."""

    giver: str
    to: str
    seal_intact: bool
    officer: str
    at: Instant


class Judged(Fact):
    """What a laboratory found of a sample, by its report, as an officer recorded it."""

    conforms: bool
    report: str
    text: str
    officer: str
    at: Instant


class Sample(Fact):
    """A sample of a section; `number` counts them from 1.

    It is of a container or goods line; of neither: of all the cargo.
    """

    number: int
    what: str
    seal: str
    laboratory: str
    container: str | None = None
    line: int | None = None
    officer: str
    drawn_at: Instant
    handovers: tuple[Handover, ...] = ()
    judged: Judged | None = None

    @property
    def holder(self) -> str:
        """Who has it now."""
        return self.handovers[-1].to if self.handovers else self.officer


class Stay(Fact):
    """One time that an officer of the section was at the container (yard clock, UTC).

    `number` counts the section's from 1. `ended` is what ended it: `signed_out`, `elsewhere`,
    `concluded`, `closed`, `gate_out`; None while the officer is there.
    """

    number: int
    officer: str
    came_at: Instant
    left_at: Instant | None = None
    ended: str | None = None


class Device(Fact):
    """What a device said of a record that it made without a link: evidence, which decides nothing.

    `at` is its own time; by `skew_seconds` its clock was ahead of ours when it sent (behind: less
    than 0). `digest` is the SHA-256 of what it sent.
    """

    name: str
    at: Instant
    skew_seconds: int
    digest: str


class SignOff(Fact):
    """That an agency signed the case up to its record `seq`, with which officer's key."""

    seq: int
    officer: str
    key: UUID
    at: Instant


class Decided(Fact):
    """How a container ended before the others, after how many openings of the case."""

    outcome: Outcome
    openings: int


class Seal(Fact):
    """A container and the seal on its doors."""

    container: str
    seal: str


class Stage(StrEnum):
    """How a container stands; it comes in sealed."""

    SEALED = "sealed"
    UNSEALED = "unsealed"
    OPENED = "opened"
    UNPACKED = "unpacked"
    REPACKED = "repacked"


class Handled(Fact):
    """How a container stands in the yard, under which seal, and how often it was unpacked.

    `seal` is the one on its doors, or the last one that was. `resealed`: the yard's own record
    says which seal it leaves with.
    """

    stage: Stage = Stage.SEALED
    seal: str
    resealed: bool = False
    unpackings: int = 0


class Gate(Fact):
    """The consignment's last way through a yard's gate (yard clock, UTC).

    `left` are the containers that are with it no more: decided, and gone before the others.
    """

    yard: str
    inside: bool
    at: Instant
    seals: tuple[Seal, ...] = ()
    left: tuple[str, ...] = ()


class Waiting(Fact):
    """The container stands open until `until` (yard clock, UTC) for these agencies."""

    agencies: tuple[Agency, ...]
    until: Instant


class Recognition(Fact):
    """What is known of the requirement's recognition, for the officers to see."""

    status: str
    recognising_agency: Agency
    reason: Said | None = None


class Counts(Fact):
    """Containers moved and unpacked, and what sharing the visit avoided."""

    openings: int
    moves: int
    moves_avoided: int
    unpackings: int
    unpackings_avoided: int
    findings: int
