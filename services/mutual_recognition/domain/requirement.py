"""A requirement: its value and its state table; `changes` lead from one value to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.mutual_recognition.domain import parts, refusals
from services.mutual_recognition.domain.determination import Determination
from shared.contracts.envelope import Fact
from shared.contracts.filing import Consignment
from shared.contracts.values import Outcome, Purpose, Said


class Status(StrEnum):
    """Where a requirement stands. One that is met with outcome `held` is still open."""

    DETERMINED = "determined"
    REVISED = "revised"
    MET = "met"
    VOID = "void"


class Act(StrEnum):
    """What can be done to a requirement."""

    REVISE = "revise"
    MEET_PART = "meet_part"
    MEET = "meet"
    REOPEN = "reopen"
    MEET_AGAIN = "meet_again"
    ASK_LEAVE = "ask_leave"
    NOTE = "note"
    VOID = "void"


MOVES: Mapping[tuple[Status, Act], Status] = {
    (Status.DETERMINED, Act.REVISE): Status.REVISED,
    (Status.DETERMINED, Act.MEET_PART): Status.DETERMINED,
    (Status.DETERMINED, Act.MEET): Status.MET,
    (Status.DETERMINED, Act.ASK_LEAVE): Status.DETERMINED,
    (Status.DETERMINED, Act.NOTE): Status.DETERMINED,
    (Status.DETERMINED, Act.VOID): Status.VOID,
    (Status.REVISED, Act.REVISE): Status.REVISED,
    (Status.REVISED, Act.MEET_PART): Status.REVISED,
    (Status.REVISED, Act.MEET): Status.MET,
    (Status.REVISED, Act.ASK_LEAVE): Status.REVISED,
    (Status.REVISED, Act.NOTE): Status.REVISED,
    (Status.REVISED, Act.VOID): Status.VOID,
    # Only from outcome `held`, which waits for a later conclusion (a laboratory's result).
    (Status.MET, Act.MEET_PART): Status.MET,
    (Status.MET, Act.REOPEN): Status.REVISED,
    (Status.MET, Act.MEET_AGAIN): Status.MET,
}


class Pending(Fact):
    """The broker's change that waits for the inspection's leave."""

    purpose: Purpose
    filing_version: int
    consignment: Consignment | None = None


@dataclass(frozen=True)
class Requirement:
    """What must be inspected of one filing. `decision_id` names the record of why.

    `ends` are the containers whose outcome was told before the whole was met. `awaited_from`: when
    the inspection was to be over, or was begun or the filing amended if that was later (yard
    clock); None: not planned.
    """

    id: UUID
    filing_id: UUID
    filing_version: int
    revision: int
    version: int
    status: Status
    consignment: Consignment
    determination: Determination
    decision_id: UUID
    pending: Pending | None = None
    outcome: Outcome | None = None
    reason: Said | None = None
    ends: Mapping[str, parts.End] = field(default_factory=dict)
    awaited_from: datetime | None = None

    @property
    def decided(self) -> tuple[str, ...]:
        """The containers that were released or refused entry before the whole was met."""
        return tuple(each for each, end in self.ends.items() if end.outcome in parts.CLOSED)

    @property
    def undecided(self) -> tuple[str, ...]:
        """The other containers; of loose cargo the one part that it is."""
        decided = self.decided
        return tuple(each for each in parts.of(self.consignment) if each not in decided)

    @property
    def recognised(self) -> tuple[str, ...]:
        """The containers that a recognition released, told before the whole or with it."""
        before = tuple(part for part, end in self.ends.items() if end.recognised)
        return (*before, *self.undecided) if self.outcome is Outcome.RELEASED else before

    @property
    def is_open(self) -> bool:
        """Whether a conclusion can still change how it ends."""
        return self.status in {Status.DETERMINED, Status.REVISED} or self.is_held

    @property
    def is_held(self) -> bool:
        """Whether it is met for now, waiting for an agency's later conclusion."""
        return self.status is Status.MET and self.outcome is Outcome.HELD


def moved(current: Requirement, act: Act) -> Status:
    """The status after `act`. Raises `AlreadyMet` or `RequirementVoid`."""
    is_closed = current.status is Status.MET and not current.is_held
    target = MOVES.get((current.status, act))
    if target is None or is_closed:
        refusal = refusals.RequirementVoid if current.status is Status.VOID else refusals.AlreadyMet
        raise refusal(requirement=current.id, status=current.status, outcome=current.outcome)
    return target
