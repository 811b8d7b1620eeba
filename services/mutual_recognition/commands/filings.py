"""What follows from the declaration: the first determination, withdrawals and amendments."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import decisions, registers, store
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain import changes, determination, refusals
from services.mutual_recognition.domain import recognition as recognition_moves
from services.mutual_recognition.domain.recognition import Status as RecognitionStatus
from services.mutual_recognition.domain.requirement import Pending, Requirement, Status
from services.mutual_recognition.rules import inputs
from services.mutual_recognition.rules.decide import Case
from shared.contracts import derived
from shared.contracts.case import LeaveGiven, LeaveRefused
from shared.contracts.filing import (
    AmendmentRequested,
    Consignment,
    FilingAccepted,
    WithdrawalRequested,
)
from shared.contracts.values import Line, Purpose, Said

log = structlog.get_logger()

AMENDED = Said(en="the filing was amended", zh="申报单已修改")
CLOSED = Said(en="the requirement is already met", zh="查验要求已完成")
WITHDRAWN = Said(en="the filing was withdrawn", zh="申报单已撤回")


async def determine(session: AsyncSession, event: FilingAccepted, *, desk: Desk) -> Requirement:
    """Select for each agency, merge, and say what is required of a new filing."""
    seed_id = desk.book.seed_id
    case = await _case(session, event.filing_id, event.consignment, seed_id=seed_id, desk=desk)
    decision = decisions.make(desk.ids(), case, seed_id=seed_id, book=desk.book)
    changed = changes.determine(
        filing_id=event.filing_id,
        filing_version=event.filing_version,
        consignment=event.consignment,
        determination=decision.outcome,
        decision_id=decision.id,
    )
    fresh = await desks.save(session, None, changed, desk=desk)
    await decisions.add(session, decision, of=fresh, cause="accepted", now=desk.now)
    await desks.follow(session, fresh, desk=desk)
    return fresh


async def request_change(
    session: AsyncSession, event: AmendmentRequested | WithdrawalRequested, *, desk: Desk
) -> None:
    """Answer the broker: refuse, note, or ask the inspection for its leave.

    Where an agency has concluded, the container was opened: nothing is changed any more, even if
    the requirement was reopened. So the filing version that a conclusion is about stays.
    Raises `NoSuchRequirement`, or `ChangePending` if an earlier change has no answer yet.
    """
    current = await desks.locked(session, derived.requirement_id(event.filing_id))
    amends = isinstance(event, AmendmentRequested)
    pending = Pending(
        purpose=Purpose.AMEND if amends else Purpose.WITHDRAW,
        filing_version=event.filing_version,
        consignment=event.consignment if isinstance(event, AmendmentRequested) else None,
    )
    if current.pending is not None:
        raise refusals.ChangePending(requirement=current.id)
    if current.status not in {Status.DETERMINED, Status.REVISED}:
        changed = changes.refuse_change(current, purpose=pending.purpose, reason=CLOSED)
    elif await store.conclusions(session, current.id):
        changed = changes.refuse_change(current, purpose=pending.purpose, reason=desks.BEGUN)
    elif pending.consignment and changes_nothing(current.consignment, pending.consignment):
        changed = changes.note_amendment(current, pending)
    else:
        changed = changes.ask_leave(current, pending)
    await desks.save(session, current, changed, desk=desk)


async def leave_given(session: AsyncSession, event: LeaveGiven, *, desk: Desk) -> None:
    """Nothing was opened: carry out the change that waits. A late answer is ignored.

    An amendment never sheds what was selected before it.
    """
    current = await desks.locked(session, event.requirement_id)
    pending = current.pending
    if pending is None or pending.purpose is not event.purpose:
        log.warning("leave for no pending change", requirement=str(current.id))
        return
    if pending.consignment is None:
        await _void(session, current, desk=desk)
        return
    before = await decisions.get(session, current.decision_id, book=desk.book)
    case = await _case(
        session,
        current.filing_id,
        pending.consignment,
        seed_id=before.seed_id,
        desk=desk,
    )
    case = replace(
        case,
        orders=determination.carried(
            before.case.orders, current.determination, ids=desk.ids, now=desk.now
        ),
        recognition_refused=before.case.recognition_refused,
    )
    await desks.revise(
        session,
        current,
        case,
        cause="amendment",
        reason=AMENDED,
        pending=pending,
        seed_id=before.seed_id,
        desk=desk,
    )


async def leave_refused(session: AsyncSession, event: LeaveRefused, *, desk: Desk) -> None:
    """The inspection has begun: refuse the change that waits. A late answer is ignored."""
    current = await desks.locked(session, event.requirement_id)
    if current.pending is None or current.pending.purpose is not event.purpose:
        log.warning("refusal for no pending change", requirement=str(current.id))
        return
    changed = changes.refuse_change(current, purpose=event.purpose, reason=event.reason)
    await desks.save(session, current, changed, desk=desk)


def changes_nothing(before: Consignment, after: Consignment) -> bool:
    """Whether an amendment leaves alone all that was determined on or told to others."""
    return inputs.of(before) == inputs.of(after) and _told(before) == _told(after)


def _told(consignment: Consignment) -> tuple[Any, ...]:
    return (
        tuple(line.model_dump(include=set(Line.model_fields)) for line in consignment.lines),
        consignment.containers,
        consignment.terminal,
        consignment.arrival,
        consignment.perishable_until,
        consignment.broker,
        consignment.slot_wish,
    )


async def _void(session: AsyncSession, current: Requirement, *, desk: Desk) -> None:
    await desks.save(session, current, changes.void(current, reason=WITHDRAWN), desk=desk)
    found = await store.recognition(session, current.id)
    if found and found.status is RecognitionStatus.EXPECTED:
        lapsed = recognition_moves.lapse(found, reason=WITHDRAWN)
        await desks.save_recognition(session, found, lapsed, desk=desk)


async def _case(
    session: AsyncSession,
    filing_id: UUID,
    consignment: Consignment,
    *,
    seed_id: str,
    desk: Desk,
) -> Case:
    book = desk.book
    grades = await registers.grades(session, consignment.consignee.uscc, on=desk.on)
    ratings = {
        f"{inputs.RATING}{agency}": grades.get(agency, inputs.UNRATED)
        for agency in book.agencies.names
    }
    return Case(
        inputs=inputs.of(consignment).also(**ratings),
        on=desk.on,
        tables=await book.in_force(session, on=desk.on),
        draws=book.draws(filing_id, seed_id=seed_id),
    )
