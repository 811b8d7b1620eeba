"""The changes of a requirement: each returns the new value and the events that tell of it.

`version` counts the events.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from services.mutual_recognition.domain import events, parts
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.domain.requirement import Act, Pending, Requirement, Status, moved
from shared.contracts import derived
from shared.contracts.envelope import Event
from shared.contracts.filing import Consignment
from shared.contracts.requirement import Cause, CompanySuspended
from shared.contracts.values import Element, Mode, Outcome, Purpose, Said

NOT_SELECTED = Said(en="no agency selects this filing", zh="双方均未布控")

Changed = tuple[Requirement, tuple[Event, ...]]


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


def meet_part(
    current: Requirement,
    *,
    outcome: Outcome,
    said: Mapping[str, Said],
    recognised: tuple[Element, ...] = (),
) -> Changed:
    """Some containers have this outcome, each for the reason in `said`; the others are to come.

    Raises ValueError for one that was released or refused entry before.
    """
    if not set(said) <= set(current.undecided) - {parts.LOOSE}:
        raise ValueError(f"a container is decided once: {sorted(said)}")
    ends = {
        part: parts.End(
            outcome=outcome, revision=current.revision, reason=why, recognised=recognised
        )
        for part, why in said.items()
    }
    after = replace(
        current,
        status=moved(current, Act.MEET_PART),
        version=current.version + 1,
        ends={**current.ends, **ends},
    )
    reason = parts.reason(said, of_all=False)
    told = events.partly_met(
        after, tuple(said), outcome=outcome, reason=reason, recognised=recognised
    )
    return after, (told,)


def meet(
    current: Requirement,
    *,
    outcome: Outcome,
    reason: Said,
    recognised: tuple[Element, ...] = (),
    containers: tuple[str, ...] = (),
) -> Changed:
    """Close it; with outcome `held`, until an agency concludes again.

    `containers` have this outcome, the others were decided before; empty: all have it.
    """
    after = replace(
        current,
        status=moved(current, Act.MEET_AGAIN if current.is_held else Act.MEET),
        version=current.version + 1,
        outcome=outcome,
        reason=reason,
        ends={each: current.ends[each] for each in current.decided},
    )
    told = events.met(
        after, outcome=outcome, reason=reason, recognised=recognised, containers=containers
    )
    return after, (told,)


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


def tell_suspension(current: Requirement, told: CompanySuspended) -> Changed:
    """Tell that what was found suspends the company; in any status, nothing else changes."""
    return replace(current, version=current.version + 1), (told,)


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
