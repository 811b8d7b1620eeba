"""What follows from the declaration: the first determination, withdrawals and amendments."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import registers
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.rules import answering, draw, inputs, matter
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.rules.matter import Change
from shared.contracts import derived
from shared.contracts.case import LeaveGiven, LeaveRefused
from shared.contracts.filing import (
    AmendmentRequested,
    Consignment,
    FilingAccepted,
    WithdrawalRequested,
)

log = structlog.get_logger()


async def determine(session: AsyncSession, event: FilingAccepted, *, desk: Desk) -> Requirement:
    """Select for each agency, merge, and say what is required of a new filing."""
    key = draw.key_of(event.consignment, filing_id=event.filing_id)
    ticket = Ticket(seed_id=desk.book.seed_id, key=key)
    case = await _case(session, event.consignment, ticket=ticket, desk=desk)
    begun = matter.begin(event, case, ticket=ticket, agencies=desk.book.agencies, ids=desk.ids)
    return await desks.save(session, None, begun, desk=desk)


async def request_change(
    session: AsyncSession, event: AmendmentRequested | WithdrawalRequested, *, desk: Desk
) -> None:
    """Answer the broker. Raises `NoSuchRequirement`, and what `answering.request` raises."""
    current = await desks.locked(session, derived.requirement_id(event.filing_id), desk=desk)
    await desks.save(session, current, answering.request(current, event), desk=desk)


async def leave_given(session: AsyncSession, event: LeaveGiven, *, desk: Desk) -> None:
    """Nothing was opened: carry out the change that waits. A late answer is ignored."""
    current = await desks.locked(session, event.requirement_id, desk=desk)
    pending = answering.waiting(current, event.purpose)
    if pending is None:
        log.warning("leave for no pending change", requirement=str(event.requirement_id))
        return
    if pending.consignment is None:
        await desks.save(session, current, answering.withdraw(current), desk=desk)
        return
    ticket = answering.ticket(current, pending.consignment)
    case = await _case(session, pending.consignment, ticket=ticket, desk=desk)
    amended = answering.amend(
        current, pending, case, agencies=desk.book.agencies, ids=desk.ids, now=desk.now
    )
    await desks.save(session, current, amended, desk=desk)


async def leave_refused(session: AsyncSession, event: LeaveRefused, *, desk: Desk) -> None:
    """The inspection has begun: refuse the change that waits. A late answer is ignored."""
    current = await desks.locked(session, event.requirement_id, desk=desk)
    if answering.waiting(current, event.purpose) is None:
        log.warning("refusal for no pending change", requirement=str(event.requirement_id))
        return
    refused = answering.refuse(Change(current), purpose=event.purpose, reason=event.reason)
    await desks.save(session, current, refused, desk=desk)


async def _case(
    session: AsyncSession, consignment: Consignment, *, ticket: Ticket, desk: Desk
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
        draws=book.draws(ticket),
    )
