"""Events in. Each handler runs in the transaction in which its event was claimed."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import registers
from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import filings, inspections
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.rulebook import Rulebook
from shared.contracts import case, filing
from shared.contracts.envelope import Envelope
from shared.kit import Kit
from shared.messaging.batch import Heard, Together
from shared.messaging.inbox import Handler, Handlers


class Command(Protocol):
    """A use case that one event leads to."""

    async def __call__(self, session: AsyncSession, event: Any, /, *, desk: Desk) -> object:
        """Change state; never commit."""
        ...


def handlers(kit: Kit, book: Rulebook) -> Handlers:
    """What is done for each event; those that are not here change nothing.

    Of several events the companies that are concluded on are locked first, then the keys of the
    filings that are new: in one order for all, so that two batches do not wait in a circle.
    """
    each = _of_each(kit, book)

    async def hear(session: AsyncSession, heard: Sequence[Heard]) -> None:
        concluded = [one.event for one in heard if isinstance(one.event, case.SectionConcluded)]
        if concluded:
            await registers.lock_consignees(session, [one.requirement_id for one in concluded])
        accepted = [one for one in heard if isinstance(one.event, filing.FilingAccepted)]
        if accepted:
            await filings.determine(session, accepted, desk=desks.at(kit, book))
        for one in heard:
            if handle := each.get(type(one.event)):
                with one.caused():
                    await handle(session, one.event, one.envelope)

    return dict.fromkeys((filing.FilingAccepted, *each), Together(hear))


def _of_each(kit: Kit, book: Rulebook) -> Handlers:
    """What is done for one event; its desk is later than all that the batch's locks waited for."""

    def run(command: Command) -> Handler:
        async def handle(session: AsyncSession, event: Any, _envelope: Envelope) -> None:
            await command(session, event, desk=desks.at(kit, book))

        return handle

    async def escalated(
        session: AsyncSession, event: case.CaseEscalationRequested, envelope: Envelope
    ) -> None:
        await inspections.escalate(session, event, envelope.id, desk=desks.at(kit, book))

    return {
        filing.AmendmentRequested: run(filings.request_change),
        filing.WithdrawalRequested: run(filings.request_change),
        case.LeaveGiven: run(filings.leave_given),
        case.LeaveRefused: run(filings.leave_refused),
        case.CasePlanned: run(inspections.planned),
        case.CaseOpened: run(inspections.opened),
        case.SectionConcluded: run(inspections.conclude),
        case.SectionPartlyConcluded: run(inspections.conclude),
        case.CaseEscalationRequested: escalated,
    }
