"""What the other services' events mean for a case.

A case exists from the first event of its requirement, recognition or booking on, whichever comes
first; a requirement of mode `none` has none. An event that comes too late is logged and leaves
the case as it is.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import commands, store
from services.inspection.domain import ending, moves, planning
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Recognition
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Actor, Moment
from services.inspection.settings import Settings
from shared.contracts import booking, recognition, requirement
from shared.contracts.envelope import Envelope, Event
from shared.contracts.values import Mode, Purpose, Said
from shared.kit import Kit
from shared.messaging.inbox import Handler, Handlers

log = structlog.get_logger()

Decide = Callable[[Case, Any, Moment], Change | None]
"""What an event makes of the locked case; None leaves it as it is."""

REQUIREMENT = Actor(subject="mutual_recognition", role="service")
BOOKING = Actor(subject="booking", role="service")

UNAFFECTED = Said(en="the amendment changes nothing to be inspected", zh="修改不影响查验")


class OfRequirement(Protocol):
    """An event that names its requirement; a case has the requirement's filing."""

    filing_id: UUID
    requirement_id: UUID


def handlers(kit: Kit, settings: Settings) -> Handlers:
    """The handler of each event that means something to a case."""

    def require(case: Case, event: requirement.Determination, now: Moment) -> Change | None:
        return planning.require(case, event, now=now, wait=settings.wait)

    of_requirement: Mapping[type[Event], Decide] = {
        requirement.RequirementDetermined: require,
        requirement.RequirementRevised: require,
        requirement.AmendmentNoted: _noted,
        requirement.ChangeRefused: _change_refused,
        requirement.LeaveAsked: _leave_asked,
        requirement.RequirementMet: _met,
        requirement.RequirementVoided: _voided,
        recognition.RecognitionExpected: _recognition,
        recognition.RecognitionGranted: _recognition,
        recognition.RecognitionRefused: _recognition,
        recognition.RecognitionLapsed: _recognition,
    }
    of_booking: Mapping[type[Event], Decide] = {
        booking.BookingRequested: lambda _case, _event, _now: None,
        booking.BookingConfirmed: _slot_given,
        booking.BookingRescheduled: _slot_given,
        booking.BookingExtended: _slot_extended,
        booking.BookingCancelled: _slot_lost,
        booking.BookingMissed: _slot_lost,
    }
    return {
        **{kind: _handler(kit, decide, by=REQUIREMENT) for kind, decide in of_requirement.items()},
        **{kind: _handler(kit, decide, by=BOOKING) for kind, decide in of_booking.items()},
    }


def _handler(kit: Kit, decide: Decide, *, by: Actor) -> Handler:
    async def handle(session: AsyncSession, event: Any, envelope: Envelope) -> None:
        now = Moment(wall=kit.clock.wall(), yard=kit.clock.yard())
        case = await _case(session, event, now=now)
        if case is None:
            log.debug("event of a requirement without a case", type=envelope.type)
            return
        change = decide(case, event, now)
        if change is None:
            log.debug("event leaves the case as it is", type=envelope.type, status=case.status)
        await commands.hear(session, case, change, who=by, now=now, ids=kit.ids)

    return handle


async def _case(session: AsyncSession, event: OfRequirement, *, now: Moment) -> Case | None:
    """The event's case, locked. Made now if it is new, unless nothing is to be inspected.

    A requirement's other events follow the one that made its case.
    """
    makes_none = isinstance(event, requirement.RequirementEvent) and not (
        isinstance(event, requirement.Determination) and event.mode is not Mode.NONE
    )
    if makes_none:
        return await store.find(session, event.requirement_id)
    return await store.obtain(
        session, event.requirement_id, filing_id=event.filing_id, now=now.wall
    )


def _noted(case: Case, _event: requirement.AmendmentNoted, _now: Moment) -> Change | None:
    return planning.thaw(case, settled=Purpose.AMEND, why=UNAFFECTED)


def _change_refused(case: Case, event: requirement.ChangeRefused, _now: Moment) -> Change | None:
    return planning.thaw(case, settled=event.purpose, why=event.reason)


def _leave_asked(case: Case, event: requirement.LeaveAsked, _now: Moment) -> Change | None:
    return planning.ask_leave(case, event.purpose)


def _met(case: Case, event: requirement.RequirementMet, now: Moment) -> Change | None:
    return ending.meet(case, event.outcome, reason=event.reason, now=now)


def _voided(case: Case, event: requirement.RequirementVoided, _now: Moment) -> Change | None:
    if case.openings or not moves.allowed(case.status, Act.VOID):
        return None
    return ending.void(Change(case), reason=event.reason)


def _recognition(case: Case, event: recognition.RecognitionEvent, _now: Moment) -> Change | None:
    reason = getattr(event, "reason", None)
    told = Recognition(
        status=event.name, recognising_agency=event.recognising_agency, reason=reason
    )
    return planning.recognise(case, told)


def _slot_given(
    case: Case, event: booking.BookingConfirmed | booking.BookingRescheduled, _now: Moment
) -> Change | None:
    return planning.assign(case, event.slot)


def _slot_extended(case: Case, event: booking.BookingExtended, _now: Moment) -> Change | None:
    return planning.extend(case, event.slot)


def _slot_lost(
    case: Case, event: booking.BookingCancelled | booking.BookingMissed, _now: Moment
) -> Change | None:
    return planning.lose_slot(case, why=event.name)
