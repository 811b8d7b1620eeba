"""Events of the other services in: lock the filing, let it react, save what that leads to."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import store
from services.declaration.domain import reactions
from services.declaration.domain.filing import Step
from services.declaration.settings import Settings
from shared.contracts import booking, case, recognition, requirement
from shared.contracts.envelope import Envelope, Event
from shared.kit import Kit
from shared.messaging.inbox import Handler

log = structlog.get_logger()

React = Callable[..., Step | None]

REACTIONS: Mapping[type[Event], React] = {
    requirement.RequirementDetermined: reactions.determined,
    requirement.RequirementRevised: reactions.revised,
    requirement.AmendmentNoted: reactions.noted,
    requirement.ChangeRefused: reactions.change_refused,
    requirement.RequirementMet: reactions.met,
    requirement.RequirementVoided: reactions.voided,
    recognition.RecognitionGranted: reactions.granted,
    recognition.RecognitionRefused: reactions.recognition_refused,
    booking.BookingConfirmed: reactions.confirmed,
    booking.BookingRescheduled: reactions.rescheduled,
    booking.BookingCancelled: reactions.cancelled,
    booking.BookingMissed: reactions.missed,
    case.CaseOpened: reactions.opened,
    case.SectionConcluded: reactions.concluded,
}


def handlers(kit: Kit, settings: Settings) -> Mapping[type[Event], Handler]:
    """What is done on each event that concerns a filing."""
    return {event: _handler(kit, react) for event, react in REACTIONS.items()}


def _handler(kit: Kit, react: React) -> Handler:
    async def handle(session: AsyncSession, event: Any, envelope: Envelope) -> None:
        """Raises FilingNotFound for a filing that this service never accepted."""
        now = kit.clock.wall()
        before = await store.locked(session, event.filing_id)
        step = react(before, event, now=now)
        if step is None:
            log.info(
                "event came too late",
                event_type=envelope.type,
                filing_id=str(before.id),
                status=before.status.value,
            )
            return
        await store.save(session, before, step, ids=kit.ids, now=now)

    return handle
