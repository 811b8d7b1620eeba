"""What follows from the yard: conclusions close a requirement, orders and escalations deepen it."""

from dataclasses import replace
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import decisions, store
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain import changes, crosscheck, refusals, requirement, settle
from services.mutual_recognition.domain import recognition as recognition_moves
from services.mutual_recognition.domain.determination import Order
from services.mutual_recognition.domain.recognition import Recognition
from services.mutual_recognition.domain.recognition import Status as RecognitionStatus
from services.mutual_recognition.domain.requirement import Act, Requirement
from services.mutual_recognition.domain.settle import Conclusion, Settled, Step
from services.mutual_recognition.rules import decide
from shared.contracts.case import CaseEscalationRequested, SectionConcluded
from shared.contracts.values import Element, Outcome, Said

log = structlog.get_logger()


async def conclude(session: AsyncSession, event: SectionConcluded, *, desk: Desk) -> None:
    """Keep a conclusion, and close the requirement if it was the last one needed.

    A change that still waits for leave is refused first: something was opened.
    """
    current = await desks.locked(session, event.requirement_id)
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
    await store.add_conclusion(session, current.id, conclusion, now=desk.now)
    if current.pending is not None:
        refused = changes.refuse_change(
            current, purpose=current.pending.purpose, reason=desks.BEGUN
        )
        current = await desks.save(session, current, refused, desk=desk)
    if not current.is_open:
        log.warning("conclusion after the end", requirement=str(current.id), agency=event.agency)
        return
    await _settle(session, current, desk=desk)


async def _settle(session: AsyncSession, current: Requirement, *, desk: Desk) -> None:
    said = await store.conclusions(session, current.id)
    recognition = await store.recognition(session, current.id)
    settled = settle.settle(current.determination, said)
    if settled.step is Step.COMPARE and recognition is not None:
        primary = settle.latest_of(said)[recognition.primary]
        await _compare(session, current, recognition, primary, desk=desk)
    elif settled.step is Step.DECLINE and recognition is not None and settled.reason is not None:
        refused = recognition_moves.refuse(recognition, verdicts=(), reason=settled.reason)
        await _refuse(session, current, recognition, refused, reason=settled.reason, desk=desk)
    elif settled.step is Step.MEET:
        await _meet(session, current, settled, desk=desk)


async def _compare(
    session: AsyncSession,
    current: Requirement,
    recognition: Recognition,
    primary: Conclusion,
    *,
    desk: Desk,
) -> None:
    """Grant the recognition and release, or let the secondary agency inspect as well."""
    terms = recognition.terms
    verdicts = crosscheck.compare(current.consignment.lines, primary.found, terms=terms)
    if crosscheck.agree(verdicts):
        granted = recognition_moves.grant(recognition, verdicts=verdicts)
        await desks.save_recognition(session, recognition, granted, desk=desk)
        reason = settle.told([primary], recognised_by=recognition.secondary)
        settled = Settled(Step.MEET, Outcome.RELEASED, reason)
        await _meet(session, current, settled, recognised=terms.elements, desk=desk)
        return
    reason = crosscheck.disagreement(verdicts)
    refused = recognition_moves.refuse(recognition, verdicts=verdicts, reason=reason)
    await _refuse(session, current, recognition, refused, reason=reason, desk=desk)


async def _refuse(
    session: AsyncSession,
    current: Requirement,
    recognition: Recognition,
    refused: recognition_moves.Changed,
    *,
    reason: Said,
    desk: Desk,
) -> None:
    """The secondary agency inspects as well."""
    await desks.save_recognition(session, recognition, refused, desk=desk)
    before = await decisions.get(session, current.decision_id, book=desk.book)
    case = replace(before.case, recognition_refused=True)
    revised = await desks.revise(
        session,
        current,
        case,
        cause="recognition_refused",
        reason=reason,
        seed_id=before.seed_id,
        desk=desk,
    )
    await _settle(session, revised, desk=desk)


async def _meet(
    session: AsyncSession,
    current: Requirement,
    settled: Settled,
    *,
    desk: Desk,
    recognised: tuple[Element, ...] = (),
) -> None:
    outcome, reason = settled.outcome, settled.reason
    if outcome is None or reason is None:
        raise ValueError("a requirement is met with an outcome and a reason")
    met = changes.meet(current, outcome=outcome, reason=reason, recognised=recognised)
    await desks.save(session, current, met, desk=desk)
    found = await store.recognition(session, current.id)
    if outcome is not Outcome.HELD and found and found.status is RecognitionStatus.EXPECTED:
        lapsed = recognition_moves.lapse(found, reason=reason)
        await desks.save_recognition(session, found, lapsed, desk=desk)


async def order(
    session: AsyncSession, requirement_id: UUID, order: Order, *, desk: Desk
) -> Requirement:
    """Deepen a requirement, or add the agency; a recognition that was expected lapses.

    Raises `NoSuchRequirement`, `UnknownAgency`, `AlreadyMet`, `RequirementVoid`, `ChangePending`
    (a late selection only: an escalation proves that the container is open) and
    `OrderChangesNothing`.
    """
    if order.agency not in desk.book.agencies.names:
        raise refusals.UnknownAgency(agency=order.agency)
    current = await desks.locked(session, requirement_id)
    requirement.moved(current, Act.REOPEN if current.is_held else Act.REVISE)
    if current.pending is not None and order.cause == "late_selection":
        raise refusals.ChangePending(requirement=current.id)
    before = await decisions.get(session, current.decision_id, book=desk.book)
    case = before.case.ordered(order)
    outcome = decide.decide(case, agencies=desk.book.agencies)
    now_required = current.determination
    if (outcome.mode, outcome.needs) == (now_required.mode, now_required.needs):
        raise refusals.OrderChangesNothing(requirement=current.id, agency=order.agency)
    return await desks.revise(
        session,
        current,
        case,
        cause=order.cause,
        reason=Said.as_given(order.reason),
        seed_id=before.seed_id,
        desk=desk,
    )


async def escalate(
    session: AsyncSession, event: CaseEscalationRequested, order_id: UUID, *, desk: Desk
) -> None:
    """Answer an escalation with a revision; a late or needless one is logged and ignored."""
    wish = Order(
        id=order_id,
        cause="escalation",
        agency=event.agency,
        scope=event.scope,
        reason=event.reason,
        given_by=f"{event.requested_by}: {event.officer}",
        given_at=desk.now,
    )
    try:
        await order(session, event.requirement_id, wish, desk=desk)
    except (
        refusals.AlreadyMet,
        refusals.RequirementVoid,
        refusals.OrderChangesNothing,
    ) as refused:
        log.warning("escalation ignored", requirement=str(event.requirement_id), why=refused.code)
