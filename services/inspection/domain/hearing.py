"""What each event of the other services means for a case: one table of pure decisions.

A case exists from the first event of its requirement, recognition or booking on, whichever comes
first; a requirement of mode `none` has none.
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.inspection.domain import ending, moves, planning, waiting
from services.inspection.domain.case import Case, Change
from services.inspection.domain.facts import Recognition
from services.inspection.domain.moves import Act
from services.inspection.domain.records import Moment
from shared.contracts import booking, recognition, requirement
from shared.contracts.envelope import Event
from shared.contracts.values import Mode, Purpose, Said

Decide = Callable[[Case, Any, Moment], Change | None]
"""What an event makes of the locked case; None leaves it as it is."""

UNAFFECTED = Said(en="the amendment changes nothing to be inspected", zh="修改不影响查验")


def makes_a_case(event: Event) -> bool:
    """Whether there is a case from this event on, if there was none before.

    A requirement's other events follow the one that made its case.
    """
    if not isinstance(event, requirement.RequirementEvent):
        return True
    return isinstance(event, requirement.Determination) and event.mode is not Mode.NONE


def of_requirement(wait: waiting.Wait) -> Mapping[type[Event], Decide]:
    """What the events of requirements and recognitions do; `wait` is how long one waits open."""

    def require(case: Case, event: requirement.Determination, now: Moment) -> Change | None:
        return planning.require(case, event, now=now, wait=wait)

    return {
        requirement.RequirementDetermined: require,
        requirement.RequirementRevised: require,
        requirement.AmendmentNoted: _noted,
        requirement.ChangeRefused: _change_refused,
        requirement.LeaveAsked: _leave_asked,
        requirement.RequirementPartlyMet: _partly_met,
        requirement.RequirementMet: _met,
        requirement.RequirementVoided: _voided,
        recognition.RecognitionExpected: _recognition,
        recognition.RecognitionGranted: _recognition,
        recognition.RecognitionRefused: _recognition,
        recognition.RecognitionLapsed: _recognition,
    }


def _noted(case: Case, _event: requirement.AmendmentNoted, _now: Moment) -> Change | None:
    return planning.thaw(case, settled=Purpose.AMEND, why=UNAFFECTED)


def _change_refused(case: Case, event: requirement.ChangeRefused, _now: Moment) -> Change | None:
    return planning.thaw(case, settled=event.purpose, why=event.reason)


def _leave_asked(case: Case, event: requirement.LeaveAsked, _now: Moment) -> Change | None:
    return planning.ask_leave(case, event.purpose)


def _partly_met(case: Case, event: requirement.RequirementPartlyMet, _now: Moment) -> Change | None:
    return ending.meet_part(case, event.outcome, containers=event.containers, reason=event.reason)


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
    case: Case,
    event: booking.BookingRequested | booking.BookingCancelled | booking.BookingMissed,
    _now: Moment,
) -> Change | None:
    """A slot that is asked for is one that the booking has not, whatever was heard too late."""
    return planning.lose_slot(case, why=event.name)


OF_BOOKING: Mapping[type[Event], Decide] = {
    booking.BookingRequested: _slot_lost,
    booking.BookingConfirmed: _slot_given,
    booking.BookingRescheduled: _slot_given,
    booking.BookingExtended: _slot_extended,
    booking.BookingCancelled: _slot_lost,
    booking.BookingMissed: _slot_lost,
}
"""What the events of bookings do."""
