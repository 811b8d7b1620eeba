"""Events of the other services in: lock the filings, let them react, save what that leads to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import store
from services.declaration.domain import history, reactions
from services.declaration.domain.filing import Filing, Step
from services.declaration.settings import Settings
from shared.contracts import booking, case, catalogue, recognition, requirement
from shared.contracts.envelope import Event
from shared.kit import Kit
from shared.messaging import context, knowing
from shared.messaging.batch import Heard, Together
from shared.messaging.inbox import Handler

log = structlog.get_logger()

NAME = store.SOURCE

React = Callable[..., Step | None]

REACTIONS: Mapping[type[Event], React] = {
    requirement.RequirementDetermined: reactions.determined,
    requirement.RequirementRevised: reactions.revised,
    requirement.AmendmentNoted: reactions.noted,
    requirement.ChangeRefused: reactions.change_refused,
    requirement.RequirementPartlyMet: reactions.partly_met,
    requirement.RequirementMet: reactions.met,
    requirement.RequirementVoided: reactions.voided,
    requirement.CompanySuspended: reactions.company_suspended,
    recognition.RecognitionGranted: reactions.granted,
    recognition.RecognitionRefused: reactions.recognition_refused,
    booking.BookingHeld: reactions.held,
    booking.BookingExpired: reactions.expired,
    booking.BookingConfirmed: reactions.confirmed,
    booking.BookingRescheduled: reactions.rescheduled,
    booking.BookingExchangeOffered: reactions.exchange_offered,
    booking.BookingExchangeEnded: reactions.exchange_ended,
    booking.BookingCancelled: reactions.cancelled,
    booking.BookingMissed: reactions.missed,
    case.CaseOpened: reactions.opened,
    case.SectionConcluded: reactions.concluded,
    case.SectionPartlyConcluded: reactions.concluded,
}

FOLLOWED = frozenset(each.name for each in catalogue.CATALOGUE if NAME in each.consumers)
HEARD = tuple(
    event for each in catalogue.CATALOGUE if each.name in FOLLOWED for event in each.events
)
"""What tells the broker nothing waits for its turn all the same: what comes later rests on it."""


def handlers(kit: Kit, settings: Settings) -> Mapping[type[Event], Handler]:
    """What is done on each event that concerns a filing."""

    async def hear(session: AsyncSession, unordered: Sequence[Heard]) -> None:
        """Raises FilingNotFound for a filing that this service never accepted.

        A broker is told things in the order in which they led to each other: raises Gap for an
        event whose writer had heard what has not come here yet.
        """
        now = kit.clock.wall()
        envelopes = [one.envelope for one in unordered]
        await knowing.require(session, envelopes, consumer=kit.name, follows=FOLLOWED)
        in_order = [unordered[place] for place in knowing.in_order(envelopes)]
        heard = [one for one in in_order if type(one.event) in REACTIONS]
        if not heard:
            return
        ids = {one.event.filing_id for one in heard}
        found = {each.id: each for each in await store.all_locked(session, ids)}
        savings: dict[UUID, store.Saving] = {}
        for one in heard:
            before = found.get(one.event.filing_id)
            if before is None:
                raise store.FilingNotFound(filing_id=one.event.filing_id)
            known = savings.get(before.id) or store.Saving(before, Step(before))
            with one.caused():
                step = _react(known.step.filing, one, now=now)
                if step is not None:
                    deed = history.told(one.event, cause=context.current().id)
                    savings[before.id] = known.then(step, deed, ids=kit.ids, now=now)
        await store.save_all(session, list(savings.values()), now=now)

    return dict.fromkeys(HEARD, Together(hear))


def _react(filing: Filing, one: Heard, *, now: datetime) -> Step | None:
    step = REACTIONS[type(one.event)](filing, one.event, now=now)
    if step is None:
        log.info(
            "event changes nothing",
            event_type=one.envelope.type,
            filing_id=str(filing.id),
            status=filing.status.value,
        )
    return step
