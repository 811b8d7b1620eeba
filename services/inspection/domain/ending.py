"""How a case ends, or some of its containers: the requirement alone decides that."""

from collections.abc import Sequence
from dataclasses import replace

from services.inspection.domain import counting, moves
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Decided, Required
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Moment
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
    now = Decided(outcome=outcome, openings=len(case.openings))
    new = {} if outcome is Outcome.HELD else dict.fromkeys(containers, now)
    after = replace(
        case,
        status=moves.after(case.status, Act.DECIDE_PART),
        decided={**new, **case.decided},
    )
    return Change(after).noted(
        "partly_met",
        outcome=outcome.value,
        containers=list(containers),
        reason=reason.model_dump(),
    )


def _hold(case: Case, *, reason: Said) -> Change | None:
    if not moves.allowed(case.status, Act.HOLD):
        return None
    held = replace(case, status=moves.after(case.status, Act.HOLD), waiting=None)
    return Change(held).noted("held", reason=reason.model_dump())


def _complete(case: Case, required: Required, *, now: Moment) -> Change:
    found = sum(
        len(each.findings) + sum(len(one.findings) for one in each.conclusions)
        for each in case.sections
    )
    counts = counting.count(required, case.openings, findings=found, decided=case.decided)
    closed, ended_at = case, case.openings[-1].no_earlier(now.yard)
    if case.opening is not None:
        closed = case.with_opening(replace(case.opening, closed_at=ended_at))
    done = replace(
        closed,
        status=moves.after(case.status, Act.COMPLETE),
        waiting=None,
        leave=None,
        counts=counts,
    )
    return Change(done).told(CaseCompleted, completed_at=ended_at, **counts.model_dump())


def void(change: Change, *, reason: Said) -> Change:
    """The requirement ended without an inspection. Raises `CaseMoveNotAllowed`."""
    case = change.case
    ended = replace(
        case, status=moves.after(case.status, Act.VOID), slot=None, waiting=None, leave=None
    )
    return replace(change, case=ended).told(CaseVoided, reason=reason)
