"""What follows from the yard: conclusions close a requirement, orders and escalations deepen it."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import suspensions
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import suspensions as policies
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain.determination import Order
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.rules import closing, overdue
from services.mutual_recognition.rules.matter import Change
from shared.contracts.case import (
    CaseEscalationRequested,
    CaseOpened,
    CasePlanned,
    SectionConcluded,
)

log = structlog.get_logger()


async def planned(session: AsyncSession, event: CasePlanned, *, desk: Desk) -> None:
    """The inspection has its slot: from its end on, the first agency's result is awaited."""
    current = await desks.locked(session, event.requirement_id, desk=desk)
    awaited = overdue.planned(current, event.slot.ends)
    await desks.save(session, current, Change(awaited), desk=desk)


async def opened(session: AsyncSession, event: CaseOpened, *, desk: Desk) -> None:
    """The container was opened, perhaps later than planned."""
    current = await desks.locked(session, event.requirement_id, desk=desk)
    awaited = overdue.opened(current, event.opened_at)
    await desks.save(session, current, Change(awaited), desk=desk)


async def lapse(
    session: AsyncSession, requirement_id: UUID, *, yard_now: datetime, desk: Desk
) -> None:
    """Have both agencies inspect what the first one gave no result on in time.

    A result that comes meanwhile waits for the requirement's lock, or is waited for.
    """
    current = await desks.locked(session, requirement_id, desk=desk)
    lapsed = overdue.lapse(current, now=yard_now, agencies=desk.book.agencies, ids=desk.ids)
    if lapsed is not None:
        await desks.save(session, current, lapsed, desk=desk)


async def conclude(session: AsyncSession, event: SectionConcluded, *, desk: Desk) -> None:
    """Keep a conclusion, close what it was the last one needed for, and suspend the company if
    the policy says so.

    The policy is asked first, so that a conclusion that suspends has nothing recognised; and once
    more if the recognition was refused, by all that disagrees there.
    """
    current = await desks.locked(session, event.requirement_id, desk=desk)
    if not current.requirement.is_open:
        log.warning(
            "conclusion after the end",
            requirement=str(event.requirement_id),
            agency=event.agency,
        )
    late = set(current.requirement.decided).intersection(getattr(event, "containers", ()))
    if late:
        log.warning(
            "conclusion on decided containers",
            requirement=str(event.requirement_id),
            agency=event.agency,
            containers=sorted(late),
        )
    consignee = current.requirement.consignment.consignee.uscc
    kept = Change(closing.kept(current, event))
    found = await policies.judged(session, kept, desk=desk)
    already = await suspensions.suspending(session, consignee)
    concluded = closing.conclude(
        current,
        event,
        agencies=desk.book.agencies,
        ids=desk.ids,
        suspending=sorted({*already, found.agency} if found else already),
    )
    if concluded.cause == "recognition_refused":
        found = await policies.judged(session, concluded, desk=desk) or found
    told = await policies.by_policy(session, concluded, found, desk=desk) if found else concluded
    await desks.save(session, current, told, desk=desk)


async def order(
    session: AsyncSession, requirement_id: UUID, order: Order, *, desk: Desk
) -> Requirement:
    """Deepen a requirement, or add the agency.

    Raises `NoSuchRequirement`, and what `closing.order` raises.
    """
    current = await desks.locked(session, requirement_id, desk=desk)
    ordered = closing.order(current, order, agencies=desk.book.agencies, ids=desk.ids)
    return await desks.save(session, current, ordered, desk=desk)


async def escalate(
    session: AsyncSession, event: CaseEscalationRequested, order_id: UUID, *, desk: Desk
) -> None:
    """Answer an escalation with a revision; a late or needless one is logged and ignored."""
    wish = closing.escalation(event, order_id=order_id, now=desk.now)
    try:
        await order(session, event.requirement_id, wish, desk=desk)
    except closing.IDLE as refused:
        log.warning("escalation ignored", requirement=str(event.requirement_id), why=refused.code)
