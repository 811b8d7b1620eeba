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
    """What is done for each event; those that are not here change nothing."""

    def run(command: Command) -> Handler:
        async def handle(session: AsyncSession, event: Any, _envelope: Envelope) -> None:
            await command(session, event, desk=desks.at(kit, book))

        return handle

    async def accepted(session: AsyncSession, heard: Sequence[Heard]) -> None:
        await filings.determine(session, heard, desk=desks.at(kit, book))

    async def escalated(
        session: AsyncSession, event: case.CaseEscalationRequested, envelope: Envelope
    ) -> None:
        await inspections.escalate(session, event, envelope.id, desk=desks.at(kit, book))

    async def concluded(session: AsyncSession, heard: Sequence[Heard]) -> None:
        required = [one.event.requirement_id for one in heard]
        await registers.lock_consignees(session, required)
        desk = desks.at(kit, book)  # later than all that the locks were waited for
        for one in heard:
            with one.caused():
                await inspections.conclude(session, one.event, desk=desk)

    return {
        filing.FilingAccepted: Together(accepted),
        filing.AmendmentRequested: run(filings.request_change),
        filing.WithdrawalRequested: run(filings.request_change),
        case.LeaveGiven: run(filings.leave_given),
        case.LeaveRefused: run(filings.leave_refused),
        case.CasePlanned: run(inspections.planned),
        case.CaseOpened: run(inspections.opened),
        **dict.fromkeys((case.SectionConcluded, case.SectionPartlyConcluded), Together(concluded)),
        case.CaseEscalationRequested: escalated,
    }
