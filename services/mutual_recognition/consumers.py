"""Events in. Each handler runs in the transaction in which its event was claimed."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.commands import desk as desks
from services.mutual_recognition.commands import filings, inspections
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.settings import Settings
from shared.contracts import case, filing
from shared.contracts.envelope import Envelope
from shared.kit import Kit
from shared.messaging.inbox import Handlers


def handlers(kit: Kit, settings: Settings) -> Handlers:
    """What is done for each event; those that are not here change nothing."""
    book = Rulebook.of(settings)

    async def accepted(
        session: AsyncSession, event: filing.FilingAccepted, _envelope: Envelope
    ) -> None:
        await filings.determine(session, event, desk=desks.at(kit, book))

    async def change_requested(
        session: AsyncSession,
        event: filing.AmendmentRequested | filing.WithdrawalRequested,
        _envelope: Envelope,
    ) -> None:
        await filings.request_change(session, event, desk=desks.at(kit, book))

    async def leave_given(
        session: AsyncSession, event: case.LeaveGiven, _envelope: Envelope
    ) -> None:
        await filings.leave_given(session, event, desk=desks.at(kit, book))

    async def leave_refused(
        session: AsyncSession, event: case.LeaveRefused, _envelope: Envelope
    ) -> None:
        await filings.leave_refused(session, event, desk=desks.at(kit, book))

    async def concluded(
        session: AsyncSession, event: case.SectionConcluded, _envelope: Envelope
    ) -> None:
        await inspections.conclude(session, event, desk=desks.at(kit, book))

    async def escalated(
        session: AsyncSession, event: case.CaseEscalationRequested, envelope: Envelope
    ) -> None:
        await inspections.escalate(session, event, envelope.id, desk=desks.at(kit, book))

    return {
        filing.FilingAccepted: accepted,
        filing.AmendmentRequested: change_requested,
        filing.WithdrawalRequested: change_requested,
        case.LeaveGiven: leave_given,
        case.LeaveRefused: leave_refused,
        case.SectionConcluded: concluded,
        case.CaseEscalationRequested: escalated,
    }
