"""What the yard leads to: conclusions close a requirement, orders and escalations deepen it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.mutual_recognition.domain import changes, crosscheck, refusals, requirement, settle
from services.mutual_recognition.domain import recognition as recognitions
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Order
from services.mutual_recognition.domain.recognition import Recognition
from services.mutual_recognition.domain.requirement import Act
from services.mutual_recognition.domain.settle import Conclusion, Settled, Step
from services.mutual_recognition.rules import answering, decide, matter
from services.mutual_recognition.rules.matter import Change, Matter
from shared.contracts.case import CaseEscalationRequested, SectionConcluded
from shared.contracts.values import Element, Outcome, Said
from shared.ids import Ids

IDLE = (refusals.AlreadyMet, refusals.RequirementVoid, refusals.OrderChangesNothing)
"""Why an escalation is late or needless; then it is ignored."""


def conclude(current: Matter, event: SectionConcluded, *, agencies: Agencies, ids: Ids) -> Change:
    """Keep a conclusion, and close the requirement if it was the last one needed.

    A change that still waits for leave is refused first: something was opened.
    """
    conclusion = Conclusion(
        agency=event.agency,
        number=event.conclusion,
        revision=event.revision,
        scope=event.scope,
        verdict=event.verdict,
        disposal=event.disposal,
        findings=event.findings,
        found=event.found,
        officer=event.officer,
        concluded_at=event.concluded_at,
    )
    change = Change(replace(current, conclusions=(*current.conclusions, conclusion)))
    pending = current.requirement.pending
    if pending is not None:
        change = answering.refuse(change, purpose=pending.purpose, reason=answering.BEGUN)
    if not current.requirement.is_open:
        return change
    return _settle(change, agencies=agencies, ids=ids)


def _settle(change: Change, *, agencies: Agencies, ids: Ids) -> Change:
    said, recognition = change.matter.conclusions, change.matter.recognition
    settled = settle.settle(change.matter.requirement.determination, said)
    if settled.step is Step.COMPARE and recognition is not None:
        primary = settle.latest_of(said)[recognition.primary]
        return _compare(change, recognition, primary, agencies=agencies, ids=ids)
    if settled.step is Step.DECLINE and recognition is not None and settled.reason is not None:
        refused = recognitions.refuse(recognition, verdicts=(), reason=settled.reason)
        return _refuse(change, refused, reason=settled.reason, agencies=agencies, ids=ids)
    if settled.step is Step.MEET:
        return _meet(change, settled)
    return change


def _compare(
    change: Change,
    recognition: Recognition,
    primary: Conclusion,
    *,
    agencies: Agencies,
    ids: Ids,
) -> Change:
    """Grant the recognition and release, or let the secondary agency inspect as well."""
    terms, declared = recognition.terms, change.matter.requirement.consignment.lines
    verdicts = crosscheck.compare(declared, primary.found, terms=terms)
    if crosscheck.agree(verdicts):
        granted = change.recognised(recognitions.grant(recognition, verdicts=verdicts))
        reason = settle.told([primary], recognised_by=recognition.secondary)
        settled = Settled(Step.MEET, Outcome.RELEASED, reason)
        return _meet(granted, settled, recognised=terms.elements)
    reason = crosscheck.disagreement(verdicts)
    refused = recognitions.refuse(recognition, verdicts=verdicts, reason=reason)
    return _refuse(change, refused, reason=reason, agencies=agencies, ids=ids)


def _refuse(
    change: Change,
    refused: recognitions.Changed,
    *,
    reason: Said,
    agencies: Agencies,
    ids: Ids,
) -> Change:
    """The secondary agency inspects as well."""
    case = replace(change.matter.decision.case, recognition_refused=True)
    revised = matter.revise(
        change.recognised(refused),
        case,
        cause="recognition_refused",
        reason=reason,
        agencies=agencies,
        ids=ids,
    )
    return _settle(revised, agencies=agencies, ids=ids)


def _meet(change: Change, settled: Settled, *, recognised: tuple[Element, ...] = ()) -> Change:
    outcome, reason = settled.outcome, settled.reason
    if outcome is None or reason is None:
        raise ValueError("a requirement is met with an outcome and a reason")
    met = changes.meet(
        change.matter.requirement, outcome=outcome, reason=reason, recognised=recognised
    )
    change = change.required(met)
    return change if outcome is Outcome.HELD else matter.lapse(change, reason=reason)


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
