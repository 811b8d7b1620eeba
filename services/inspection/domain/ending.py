"""How a case ends, or some of its containers: the requirement alone decides that."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.inspection.domain import counting, moves
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Counts, Decided, Required
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Moment
from services.inspection.domain.replacing import replace
from shared.contracts.case import CaseCompleted, CaseVoided
from shared.contracts.values import Outcome, Said


def meet(case: Case, outcome: Outcome, *, reason: Said, now: Moment) -> Change | None:
    """The requirement is met.

    Held: the case waits for a laboratory. Else: the container is repacked and closed and the case
    is complete, or void if nothing was ever opened.
    """
    if outcome is Outcome.HELD:
        return _hold(case, reason=reason)
    if not case.openings:
        return void(Change(case), reason=reason) if moves.allowed(case.status, Act.VOID) else None
    if case.required is None or not moves.allowed(case.status, Act.COMPLETE):
        return None
    return _complete(case, case.required, now=now)


def meet_part(
    case: Case, outcome: Outcome, *, containers: Sequence[str], reason: Said
) -> Change | None:
    """Some containers have their outcome: the case goes on with the others.

    They are repacked and closed, and may leave the yard. What is held stays in the case.
    """
    if not moves.allowed(case.status, Act.DECIDE_PART):
        return None
    return Change(partly_met(case, outcome, containers)).noted(
        "partly_met",
        outcome=outcome.value,
        containers=list(containers),
        reason=reason.model_dump(),
    )


def partly_met(case: Case, outcome: Outcome, containers: Iterable[str]) -> Case:
    """The case with the outcome of some containers; the first of each one counts."""
    now = Decided(outcome=outcome, openings=len(case.openings))
    new = {} if outcome is Outcome.HELD else dict.fromkeys(containers, now)
    status = moves.after(case.status, Act.DECIDE_PART)
    return replace(case, status=status, decided={**new, **case.decided})


def _hold(case: Case, *, reason: Said) -> Change | None:
    if not moves.allowed(case.status, Act.HOLD):
        return None
    return Change(held(case)).noted("held", reason=reason.model_dump())


def held(case: Case) -> Case:
    """The case as it waits for a laboratory or a treatment."""
    return replace(case, status=moves.after(case.status, Act.HOLD), waiting=None)


def _complete(case: Case, required: Required, *, now: Moment) -> Change:
    found = sum(
        len(each.findings) + sum(len(one.findings) for one in each.conclusions)
        for each in case.sections
    )
    counts = counting.count(required, case.openings, findings=found, decided=case.decided)
    ended_at = case.openings[-1].no_earlier(now.yard)
    change = Change(completed(case, counts, at=ended_at))
    return change.told(CaseCompleted, completed_at=ended_at, **counts.model_dump())


def completed(case: Case, counts: Counts, *, at: datetime) -> Case:
    """The case as it is complete, its container closed then (yard clock)."""
    if case.opening is not None:
        case = case.with_opening(replace(case.opening, closed_at=at))
    status = moves.after(case.status, Act.COMPLETE)
    return replace(case, status=status, waiting=None, leave=None, counts=counts)


def void(change: Change, *, reason: Said) -> Change:
    """The requirement ended without an inspection. Raises `CaseMoveNotAllowed`."""
    return replace(change, case=voided(change.case)).told(CaseVoided, reason=reason)


def voided(case: Case) -> Case:
    """The case as it ended without an inspection."""
    status = moves.after(case.status, Act.VOID)
    return replace(case, status=status, slot=None, waiting=None, leave=None)
