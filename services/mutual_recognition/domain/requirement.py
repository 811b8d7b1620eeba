"""A requirement: its value, its moves, and the changes that lead from one value to the next.

Every change returns the new value and the events that tell of it; `version` counts the events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.mutual_recognition.domain import events, refusals
from services.mutual_recognition.domain.determination import Determination
from shared.contracts import derived
from shared.contracts.envelope import Event, Fact
from shared.contracts.filing import Consignment
from shared.contracts.requirement import Cause
from shared.contracts.values import Element, Mode, Outcome, Purpose, Said


class Status(StrEnum):
    """Where a requirement stands. One that is met with outcome `held` is still open."""

    DETERMINED = "determined"
    REVISED = "revised"
    MET = "met"
    VOID = "void"


class Act(StrEnum):
    """What can be done to a requirement."""

    REVISE = "revise"
    MEET = "meet"
    REOPEN = "reopen"
    MEET_AGAIN = "meet_again"
    ASK_LEAVE = "ask_leave"
    NOTE = "note"
    VOID = "void"


MOVES: Mapping[tuple[Status, Act], Status] = {
    (Status.DETERMINED, Act.REVISE): Status.REVISED,
    (Status.DETERMINED, Act.MEET): Status.MET,
    (Status.DETERMINED, Act.ASK_LEAVE): Status.DETERMINED,
    (Status.DETERMINED, Act.NOTE): Status.DETERMINED,
    (Status.DETERMINED, Act.VOID): Status.VOID,
    (Status.REVISED, Act.REVISE): Status.REVISED,
    (Status.REVISED, Act.MEET): Status.MET,
    (Status.REVISED, Act.ASK_LEAVE): Status.REVISED,
    (Status.REVISED, Act.NOTE): Status.REVISED,
    (Status.REVISED, Act.VOID): Status.VOID,
    # Only from outcome `held`, which waits for a later conclusion (a laboratory's result).
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
    """What must be inspected of one filing. `decision_id` names the record of why."""

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

    @property
    def is_open(self) -> bool:
        """Whether a conclusion can still change how it ends."""
        return self.status in {Status.DETERMINED, Status.REVISED} or self.is_held

    @property
    def is_held(self) -> bool:
        """Whether it is met for now, waiting for an agency's later conclusion."""
        return self.status is Status.MET and self.outcome is Outcome.HELD


NOT_SELECTED = Said(en="no agency selects this filing", zh="双方均未布控")

Changed = tuple[Requirement, tuple[Event, ...]]


def moved(current: Requirement, act: Act) -> Status:
    """The status after `act`. Raises `AlreadyMet` or `RequirementVoid`."""
    needs_held = act in {Act.REOPEN, Act.MEET_AGAIN}
    target = MOVES.get((current.status, act))
    if target is None or (needs_held and not current.is_held):
        refusal = refusals.RequirementVoid if current.status is Status.VOID else refusals.AlreadyMet
        raise refusal(requirement=current.id, status=current.status, outcome=current.outcome)
    return target


def determine(
    *,
    filing_id: UUID,
    filing_version: int,
    consignment: Consignment,
    determination: Determination,
    decision_id: UUID,
) -> Changed:
    """The first determination; with nothing to inspect it is met at once."""
    fresh = Requirement(
        id=derived.requirement_id(filing_id),
        filing_id=filing_id,
        filing_version=filing_version,
        revision=1,
        version=1,
        status=Status.DETERMINED,
        consignment=consignment,
        determination=determination,
        decision_id=decision_id,
    )
    return _met_if_nothing(fresh, (events.determined(fresh),))


def revise(
    current: Requirement,
    determination: Determination,
    *,
    cause: Cause,
    reason: Said,
    decision_id: UUID,
    pending: Pending | None = None,
) -> Changed:
    """Another determination under a new revision. `pending` is the amendment it grants."""
    amended = pending.consignment if pending and pending.consignment else current.consignment
    after = replace(
        current,
        status=moved(current, Act.REOPEN if current.is_held else Act.REVISE),
        filing_version=pending.filing_version if pending else current.filing_version,
        revision=current.revision + 1,
        version=current.version + 1,
        consignment=amended,
        determination=determination,
        decision_id=decision_id,
        pending=None if pending else current.pending,
        outcome=None,
        reason=None,
    )
    return _met_if_nothing(after, (events.revised(after, cause=cause, reason=reason),))


def _met_if_nothing(current: Requirement, before: tuple[Event, ...]) -> Changed:
    if current.determination.mode is not Mode.NONE:
        return current, before
    after, told = meet(current, outcome=Outcome.RELEASED, reason=NOT_SELECTED)
    return after, (*before, *told)


def meet(
    current: Requirement,
    *,
    outcome: Outcome,
    reason: Said,
    recognised: tuple[Element, ...] = (),
) -> Changed:
    """Close it; with outcome `held`, until an agency concludes again."""
    after = replace(
        current,
        status=moved(current, Act.MEET_AGAIN if current.is_held else Act.MEET),
        version=current.version + 1,
        outcome=outcome,
        reason=reason,
    )
    return after, (events.met(after, outcome=outcome, reason=reason, recognised=recognised),)


def ask_leave(current: Requirement, pending: Pending) -> Changed:
    """Ask the inspection whether the broker's change can still be granted."""
    after = replace(
        current,
        status=moved(current, Act.ASK_LEAVE),
        version=current.version + 1,
        pending=pending,
    )
    return after, (events.leave_asked(after, purpose=pending.purpose),)


def note_amendment(current: Requirement, pending: Pending) -> Changed:
    """Take a new filing version that changes nothing that was determined on."""
    after = replace(
        current,
        status=moved(current, Act.NOTE),
        version=current.version + 1,
        filing_version=pending.filing_version,
        consignment=pending.consignment or current.consignment,
        pending=None,
    )
    return after, (events.amendment_noted(after),)


def refuse_change(current: Requirement, *, purpose: Purpose, reason: Said) -> Changed:
    """Refuse the broker's change; in any status, since the filing waits for an answer."""
    after = replace(current, version=current.version + 1, pending=None)
    return after, (events.change_refused(after, purpose=purpose, reason=reason),)


def void(current: Requirement, *, reason: Said) -> Changed:
    """End it: the filing is withdrawn."""
    after = replace(
        current,
        status=moved(current, Act.VOID),
        version=current.version + 1,
        pending=None,
        reason=reason,
    )
    return after, (events.voided(after, reason=reason),)
