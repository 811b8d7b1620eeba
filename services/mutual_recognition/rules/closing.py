"""What the yard leads to: conclusions close a requirement, orders and escalations deepen it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.mutual_recognition.domain import refusals, requirement
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Order
from services.mutual_recognition.domain.requirement import Act, Requirement
from services.mutual_recognition.domain.settle import Conclusion
from services.mutual_recognition.rules import answering, decide, matter, settling
from services.mutual_recognition.rules.matter import Change, Matter
from shared.contracts.case import (
    CaseEscalationRequested,
    SectionConcluded,
    SectionPartlyConcluded,
)
from shared.contracts.values import Said
from shared.ids import Ids
from shared.reference import codes

IDLE = (refusals.AlreadyMet, refusals.RequirementVoid, refusals.OrderChangesNothing)
"""Why an escalation is late or needless; then it is ignored."""


def conclude(
    current: Matter,
    event: SectionConcluded,
    *,
    agencies: Agencies,
    ids: Ids,
    suspending: Sequence[str] = (),
) -> Change:
    """Keep a conclusion, and close what it was the last one needed for.

    A change that still waits for leave is refused first: something was opened. `suspending` are the
    agencies that have suspended the consignee by now: then nothing is recognised.
    """
    change = Change(kept(current, event))
    pending = current.requirement.pending
    if pending is not None:
        change = answering.refuse(change, purpose=pending.purpose, reason=answering.BEGUN)
    if not current.requirement.is_open:
        return change
    suspended = _suspended(suspending) if suspending else None
    return settling.settle(change, agencies=agencies, ids=ids, suspended=suspended)


def kept(current: Matter, event: SectionConcluded) -> Matter:
    """The matter with this conclusion, before anything follows from it."""
    conclusion = Conclusion(
        agency=event.agency,
        number=event.conclusion,
        revision=event.revision,
        scope=event.scope,
        verdict=event.verdict,
        disposal=event.disposal,
        findings=event.findings,
        found=event.found,
        gross_kg=event.gross_kg,
        officer=event.officer,
        concluded_at=event.concluded_at,
        containers=_covered(current.requirement, event),
    )
    return replace(current, conclusions=(*current.conclusions, conclusion))


def _suspended(agencies: Sequence[str]) -> Said:
    names = [codes.name_of("agencies", agency) for agency in agencies]
    return Said(
        en=f"the company is suspended by {' and '.join(en for en, _ in names)}",
        zh=f"企业已被{'、'.join(zh for _, zh in names)}暂停",
    )


def _covered(required: Requirement, event: SectionConcluded) -> tuple[str, ...]:
    """Which containers a conclusion is about. One for all leaves alone what was decided before."""
    if isinstance(event, SectionPartlyConcluded):
        return event.containers
    return required.undecided if required.decided and required.is_open else ()


def order(current: Matter, given: Order, *, agencies: Agencies, ids: Ids) -> Change:
    """Deepen a requirement, or add the agency; a recognition that was expected lapses.

    Raises `UnknownAgency`, `AlreadyMet`, `RequirementVoid`, `ChangePending` (a late selection
    only: an escalation proves that the container is open) and `OrderChangesNothing`.
    """
    required = current.requirement
    if given.agency not in agencies.names:
        raise refusals.UnknownAgency(agency=given.agency)
    requirement.moved(required, Act.REOPEN if required.is_held else Act.REVISE)
    if required.pending is not None and given.cause == "late_selection":
        raise refusals.ChangePending(requirement=required.id)
    case = current.decision.case.ordered(given)
    outcome, before = decide.decide(case, agencies=agencies), required.determination
    if (outcome.mode, outcome.needs) == (before.mode, before.needs):
        raise refusals.OrderChangesNothing(requirement=required.id, agency=given.agency)
    reason = Said.as_given(given.reason)
    return matter.revise(
        Change(current), case, cause=given.cause, reason=reason, agencies=agencies, ids=ids
    )


def escalation(event: CaseEscalationRequested, *, order_id: UUID, now: datetime) -> Order:
    """The order that an escalation in the yard amounts to; `now` is wall time."""
    return Order(
        id=order_id,
        cause="escalation",
        agency=event.agency,
        scope=event.scope,
        reason=event.reason,
        given_by=f"{event.requested_by}: {event.officer}",
        given_at=now,
    )
