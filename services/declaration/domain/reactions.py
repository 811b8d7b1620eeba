"""What the events of other services do to a filing: a step, or nothing (None).

Events of one aggregate come in order; across aggregates any order is possible, so what only the
broker is told (slots, openings, conclusions) never depends on the filing's state. An answer that
comes too late, or is about another version of the filing, changes nothing.
"""

from dataclasses import replace
from datetime import datetime

from services.declaration.domain import filing as filings
from services.declaration.domain import moves
from services.declaration.domain.filing import Filing, Requirement, Step
from services.declaration.domain.moves import Act
from services.declaration.domain.receipts import Kind, Note
from shared.contracts import booking, case, recognition, requirement
from shared.contracts.values import Mode, Outcome, Purpose, Slot, utc

_ACTS = {
    Outcome.RELEASED: Act.RELEASE,
    Outcome.REFUSED_ENTRY: Act.REFUSE_ENTRY,
    Outcome.HELD: Act.HOLD,
}


def determined(filing: Filing, event: requirement.Determination, *, now: datetime) -> Step | None:
    """The agencies decided what they require."""
    heard = replace(filing, requirement=Requirement(event.mode, event.revision))
    return filings.note(heard, _selection(event))


def revised(filing: Filing, event: requirement.RequirementRevised, *, now: datetime) -> Step | None:
    """The requirement changed; if because of our amendment, the amendment takes effect."""
    heard = replace(filing, requirement=Requirement(event.mode, event.revision))
    told = filings.note(heard, *_too_late(event), _selection(event))
    if event.cause != "amendment":
        return told
    then = _amended(told.filing, filing_version=event.filing_version, now=now)
    return told if then is None else Step(then.filing, then.events, told.notes + then.notes)


def _too_late(event: requirement.RequirementRevised) -> tuple[Note, ...]:
    """Why, where both agencies inspect because the first one's result did not come in time."""
    if event.cause != "recognition_lapsed":
        return ()
    return (Note(Kind.RECOGNITION_LAPSED, {"primary": event.primary_agency}),)


def noted(filing: Filing, event: requirement.AmendmentNoted, *, now: datetime) -> Step | None:
    """The amendment changes nothing that is required: it takes effect."""
    return _amended(filing, filing_version=event.filing_version, now=now)


def change_refused(
    filing: Filing, event: requirement.ChangeRefused, *, now: datetime
) -> Step | None:
    """The amendment or withdrawal cannot be granted."""
    if filing.pending is None or filing.pending.purpose is not event.purpose:
        return None
    return filings.refuse_change(filing, purpose=event.purpose, reason=event.reason, now=now)


def voided(filing: Filing, event: requirement.RequirementVoided, *, now: datetime) -> Step | None:
    """The requirement ended because the filing was to be withdrawn."""
    if not moves.allows(filing.status, Act.WITHDRAW):
        return None
    return filings.withdraw(filing, now=now)


def partly_met(
    filing: Filing, event: requirement.RequirementPartlyMet, *, now: datetime
) -> Step | None:
    """Some containers have their outcome. Only for the current version."""
    if event.filing_version != filing.filing_version:
        return None
    if not moves.allows(filing.status, Act.DECIDE_PART):
        return None
    return filings.decide_part(
        filing, containers=event.containers, outcome=event.outcome, reason=event.reason, now=now
    )


def met(filing: Filing, event: requirement.RequirementMet, *, now: datetime) -> Step | None:
    """Everything required was done: the filing ends, or is held. Only for the current version."""
    if event.filing_version != filing.filing_version:
        return None
    if not moves.allows(filing.status, _ACTS[event.outcome]):
        return None
    return filings.conclude(filing, outcome=event.outcome, reason=event.reason, now=now)


def granted(filing: Filing, event: recognition.RecognitionGranted, *, now: datetime) -> Step | None:
    """No second unpacking."""
    facts = {"primary": event.primary_agency, "recognising": event.recognising_agency}
    return filings.note(filing, Note(Kind.RECOGNITION_GRANTED, facts))


def recognition_refused(
    filing: Filing, event: recognition.RecognitionRefused, *, now: datetime
) -> Step | None:
    """The second agency inspects as well. The figures it is about to check are not told."""
    facts = {"primary": event.primary_agency, "recognising": event.recognising_agency}
    return filings.note(filing, Note(Kind.RECOGNITION_REFUSED, facts))


def company_suspended(
    filing: Filing, event: requirement.CompanySuspended, *, now: datetime
) -> Step | None:
    """What was found suspends the consignee."""
    facts = {
        "agency": event.agency,
        "company": event.company,
        "reason": event.reason.model_dump(),
        "way_back": event.way_back.model_dump(),
        "liftable_from": event.liftable_from.isoformat(),
    }
    return filings.note(filing, Note(Kind.COMPANY_SUSPENDED, facts))


def held(filing: Filing, event: booking.BookingHeld, *, now: datetime) -> Step | None:
    """A slot is held; the broker knows, unless the line offered it or it became another one."""
    facts = _slot(event.slot) | {"held_until": utc(event.held_until)}
    if event.reason is not None:
        told = facts | {"reason": event.reason.model_dump()}
        return filings.note(filing, Note(Kind.HOLD_MOVED, told))
    return filings.note(filing, Note(Kind.SLOT_OFFERED, facts)) if event.offered else None


def expired(filing: Filing, event: booking.BookingExpired, *, now: datetime) -> Step | None:
    """A hold is over; the broker knows until when it was, unless it was taken back before."""
    if event.reason is None:
        return None
    facts = {"reason": event.reason.model_dump()}
    return filings.note(filing, Note(Kind.HOLD_TAKEN_BACK, facts))


def exchange_offered(
    filing: Filing, event: booking.BookingExchangeOffered, *, now: datetime
) -> Step | None:
    """Another broker offers its slot for this one's."""
    facts = _slot(event.instead) | {"exchange": str(event.exchange_id)}
    return filings.note(filing, Note(Kind.EXCHANGE_OFFERED, facts))


def exchange_ended(
    filing: Filing, event: booking.BookingExchangeEnded, *, now: datetime
) -> Step | None:
    """An offer of exchange is over."""
    facts = {"exchange": str(event.exchange_id), "reason": event.reason.model_dump()}
    return filings.note(filing, Note(Kind.EXCHANGE_ENDED, facts))


def confirmed(filing: Filing, event: booking.BookingConfirmed, *, now: datetime) -> Step | None:
    """There is a slot."""
    return filings.note(filing, Note(Kind.SLOT_CONFIRMED, _slot(event.slot)))


def rescheduled(filing: Filing, event: booking.BookingRescheduled, *, now: datetime) -> Step | None:
    """There is another slot."""
    facts = _slot(event.slot) | {"reason": event.reason.model_dump()}
    return filings.note(filing, Note(Kind.SLOT_RESCHEDULED, facts))


def cancelled(filing: Filing, event: booking.BookingCancelled, *, now: datetime) -> Step | None:
    """The slot was given up."""
    facts = {"reason": event.reason.model_dump(), "rebookable": event.rebookable}
    return filings.note(filing, Note(Kind.SLOT_CANCELLED, facts))


def missed(filing: Filing, event: booking.BookingMissed, *, now: datetime) -> Step | None:
    """The cargo did not come."""
    return filings.note(filing, Note(Kind.SLOT_MISSED, {"missed_at": utc(event.missed_at)}))


def opened(filing: Filing, event: case.CaseOpened, *, now: datetime) -> Step | None:
    """The container was opened."""
    facts = {
        "opening": event.opening,
        "agencies": list(event.present),
        "opened_at": utc(event.opened_at),
    }
    return filings.note(replace(filing, opened=True), Note(Kind.INSPECTION_OPENED, facts))


def concluded(filing: Filing, event: case.SectionConcluded, *, now: datetime) -> Step | None:
    """An agency concluded its section, or what it says of some containers."""
    facts = {
        "agency": event.agency,
        "verdict": event.verdict.value,
        "disposal": event.disposal.value,
    }
    if isinstance(event, case.SectionPartlyConcluded):
        some = {"containers": list(event.containers)}
        return filings.note(filing, Note(Kind.SECTION_PARTLY_CONCLUDED, facts | some))
    return filings.note(filing, Note(Kind.SECTION_CONCLUDED, facts))


def _amended(filing: Filing, *, filing_version: int, now: datetime) -> Step | None:
    pending = filing.pending
    if pending is None or pending.purpose is not Purpose.AMEND or pending.content is None:
        return None
    if pending.filing_version != filing_version:
        return None
    return filings.amend(filing, content=pending.content, now=now)


def _selection(event: requirement.Determination) -> Note:
    facts = {"mode": event.mode.value, "revision": event.revision}
    if event.mode is Mode.NONE:
        return Note(Kind.NO_INSPECTION, facts)
    agencies = [need.agency for need in event.needs]
    return Note(Kind.INSPECTION_SELECTED, facts | {"agencies": agencies})


def _slot(slot: Slot) -> dict[str, str]:
    return {
        "yard": slot.yard,
        "bay": ", ".join((slot.bay, *slot.beside)),
        "starts": utc(slot.starts),
        "ends": utc(slot.ends),
    }
