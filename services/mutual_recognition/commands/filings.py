"""What follows from the declaration: the first determination, withdrawals and amendments."""

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import draws as drawing
from services.mutual_recognition import learning, pilots, registers
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.decision_tables.dictionary import Inputs, Value
from services.mutual_recognition.domain import pilots as pilot_registers
from services.mutual_recognition.risk import experience
from services.mutual_recognition.rules import (
    answering,
    dictionaries,
    draw,
    inputs,
    matter,
    overdue,
    sandbox,
)
from services.mutual_recognition.rules.decide import Case
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.rules.matter import Change, Matter
from shared.contracts import derived
from shared.contracts.case import LeaveGiven, LeaveRefused
from shared.contracts.filing import (
    AmendmentRequested,
    Consignment,
    WithdrawalRequested,
)
from shared.messaging.batch import Heard

log = structlog.get_logger()


async def determine(session: AsyncSession, heard: Sequence[Heard], *, desk: Desk) -> None:
    """Select for each agency, merge, and say what is required of each new filing."""
    keys = [draw.key_of(one.event.consignment, filing_id=one.event.filing_id) for one in heard]
    tickets = await drawing.tickets(session, keys, on=desk.on, book=desk.book)
    asked = [(one.event.consignment, tickets[key]) for one, key in zip(heard, keys, strict=True)]
    cases = await _cases(session, asked, desk=desk)
    fresh = []
    for one, (_, ticket), case in zip(heard, asked, cases, strict=True):
        begun = matter.begin(
            one.event, case, ticket=ticket, agencies=desk.book.agencies, ids=desk.ids
        )
        with one.caused():
            fresh.append(desks.begun(begun, desk=desk))
    await desks.begin(session, fresh, desk=desk)


async def request_change(
    session: AsyncSession, event: AmendmentRequested | WithdrawalRequested, *, desk: Desk
) -> None:
    """Answer the broker. Raises `NoSuchRequirement`, and what `answering.request` raises."""
    current = await desks.locked(session, derived.requirement_id(event.filing_id), desk=desk)
    await desks.save(session, current, answering.request(current, event), desk=desk)


async def leave_given(session: AsyncSession, event: LeaveGiven, *, desk: Desk) -> None:
    """The inspection lets the change that waits be carried out. A late answer is ignored."""
    current = await desks.locked(session, event.requirement_id, desk=desk)
    pending = answering.waiting(current, event.purpose)
    if pending is None:
        log.warning("leave for no pending change", requirement=str(event.requirement_id))
        return
    if pending.consignment is None:
        await desks.save(session, current, answering.withdraw(current), desk=desk)
        return
    ticket = await _amended_ticket(session, current, pending.consignment, desk=desk)
    (case,) = await _cases(session, [(pending.consignment, ticket)], desk=desk)
    amended = answering.amend(
        overdue.amended(current, desk.yard_now),
        pending,
        case,
        ticket=ticket,
        agencies=desk.book.agencies,
        ids=desk.ids,
        now=desk.now,
    )
    await desks.save(session, current, amended, desk=desk)


async def _amended_ticket(
    session: AsyncSession, current: Matter, amended: Consignment, *, desk: Desk
) -> Ticket:
    """What the amended filing's draws hang on, as if it were filed now."""
    key = draw.key_of(amended, filing_id=current.requirement.filing_id)
    return (await drawing.tickets(session, [key], on=desk.on, book=desk.book))[key]


async def leave_refused(session: AsyncSession, event: LeaveRefused, *, desk: Desk) -> None:
    """The inspection does not: refuse the change that waits. A late answer is ignored."""
    current = await desks.locked(session, event.requirement_id, desk=desk)
    if answering.waiting(current, event.purpose) is None:
        log.warning("refusal for no pending change", requirement=str(event.requirement_id))
        return
    refused = answering.refuse(Change(current), purpose=event.purpose, reason=event.reason)
    await desks.save(session, current, refused, desk=desk)


async def _cases(
    session: AsyncSession, asked: Sequence[tuple[Consignment, Ticket]], *, desk: Desk
) -> list[Case]:
    """What is known of each of the consignments, and what is to be decided by."""
    consignees = {consignment.consignee.uscc for consignment, _ in asked}
    keys = pilot_registers.asked(consignment for consignment, _ in asked)
    grades = await registers.grades(session, consignees, on=desk.on)
    standing = await pilots.standing(session, keys, on=desk.on)
    tables = await desk.book.deciding(session, on=desk.on)
    learnt = await learning.learnt(session, desk.book)
    cases = []
    for consignment, ticket in asked:
        draws, *further = desk.book.draws(ticket)
        known = _inputs(consignment, grades, standing, desk=desk)
        known = known.also(**experience.known(learnt, consignment))
        cases.append(
            Case(inputs=known, on=desk.on, tables=tables, draws=draws, further=tuple(further))
        )
    return cases


def _inputs(
    consignment: Consignment,
    grades: Mapping[str, Mapping[str, str]],
    standing: pilot_registers.Standing,
    *,
    desk: Desk,
) -> Inputs:
    """What the consignment says, what the registers say of it, and what a sandbox forces."""
    rated = grades[consignment.consignee.uscc]
    known: dict[str, Value] = {dictionaries.ARRIVAL: desk.book.day(consignment.arrival)}
    if pilot_registers.need_licence(consignment, standing):
        known[dictionaries.LICENCES_PRESENT] = True
    for agency in desk.book.agencies.names:
        known |= {
            f"{dictionaries.RATING}{agency}": rated.get(agency, dictionaries.UNRATED),
            f"{dictionaries.PILOT_GOODS}{agency}": pilot_registers.are_goods(
                consignment, agency, standing
            ),
            f"{dictionaries.CERTIFIED}{agency}": pilot_registers.are_certified(
                consignment, agency, standing
            ),
        }
    forced = sandbox.told(consignment.sandbox) if desk.sandbox else {}
    return inputs.of(consignment).also(**known, **forced)
