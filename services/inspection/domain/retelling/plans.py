"""What other services told of a case, the yard's gate, and how the case ended."""

from collections.abc import Mapping
from typing import Any

from services.inspection.domain import ending, gates, measuring, planning, records, waiting
from services.inspection.domain.case import Consent
from services.inspection.domain.facts import Counts, Gate, Recognition, Required, Waiting
from services.inspection.domain.records import Record
from services.inspection.domain.replacing import replace
from services.inspection.domain.retelling.story import Story, Tell, Untold
from shared.contracts.case import CaseClosedUp, CaseCompleted, CaseWaiting
from shared.contracts.values import Outcome, Purpose, Slot

_OF_LEAVE = ("leave", "consent")


def _required(story: Story, record: Record) -> None:
    """A revision of before it had its cause may have answered what was asked for, or not."""
    its: Mapping[str, Any] = record.payload
    asked = story.case.leave is not None or story.case.consent is not None
    if asked and "cause" not in its:
        story.open = frozenset(_OF_LEAVE)
    required = Required.model_validate(its)
    answers = its.get("cause") == planning.ANSWERS
    story.case = waiting.ended(planning.revise(story.case, required, answers=answers))
    _first(story, record)


def _first(story: Story, record: Record) -> None:
    story.firsts = story.firsts.then(measuring.firsts([record]))


def _slot_given(story: Story, record: Record) -> None:
    _slot(story, record)
    story.case = replace(story.case, attempts=story.case.attempts + 1)
    _first(story, record)


def _slot(story: Story, record: Record) -> None:
    story.case = replace(story.case, slot=Slot.model_validate(record.payload["slot"]))


def _slot_lost(story: Story, _record: Record) -> None:
    story.case = replace(story.case, slot=None)


def _told(story: Story, _record: Record) -> None:
    story.counted()


def _leave_given(story: Story, record: Record) -> None:
    """After an opening it follows an officer's consent, and the case goes on."""
    if not story.case.openings:
        _answered(story, leave=Purpose(str(record.payload["purpose"])))
    story.counted()


def _leave_refused(story: Story, record: Record) -> None:
    """By an officer, who was asked; or at once, which leaves the case as it is."""
    if record.actor.agency is not None:
        _answered(story, consent=None)
    story.counted()


def _answered(story: Story, **changes: Any) -> None:
    story.case = replace(story.case, **changes)
    story.open = frozenset()


def _consent_asked(story: Story, _record: Record) -> None:
    _answered(story, consent=Consent.ASKED)


def _consent_given(story: Story, _record: Record) -> None:
    _answered(story, consent=Consent.GIVEN)


def _settled(story: Story, _record: Record) -> None:
    _answered(story, leave=None, consent=None)


def _consent_lapsed(story: Story, _record: Record) -> None:
    _answered(story, consent=None)


def _recognition(story: Story, record: Record) -> None:
    told = Recognition.model_validate(record.payload)
    story.case = planning.with_recognition(story.case, told)


def _gate(record: Record, *, inside: bool) -> Gate:
    return Gate.model_validate({**record.payload, "inside": inside})


def _gate_in(story: Story, record: Record) -> None:
    story.case = gates.came_in(story.case, _gate(record, inside=True))
    _first(story, record)


def _gate_out(story: Story, record: Record) -> None:
    left = story.case.gate.left if story.case.gate else ()
    gone = Gate.model_validate({**record.payload, "inside": False, "left": left})
    story.case = gates.went_out(story.case, gone)


def _gate_out_part(story: Story, record: Record) -> None:
    story.case = gates.left_early(story.case, _gate(record, inside=False))


def _waiting(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    until = Waiting(agencies=tuple(its["waits_for"].split(", ")), until=its["until"])
    story.case = waiting.waits(story.case, until)
    story.counted()


def _closed_up(story: Story, record: Record) -> None:
    opening = story.case.opening
    if opening is None:
        raise Untold("nothing is open")
    at = records.moment(record.payload["closed_at"])
    story.case = waiting.closed_up(story.case, opening, at=at)
    story.counted()


def _held(story: Story, _record: Record) -> None:
    story.case = ending.held(story.case)


def _partly_met(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    story.case = ending.partly_met(story.case, Outcome(its["outcome"]), its["containers"])


def _completed(story: Story, record: Record) -> None:
    its = record.payload
    at = records.moment(its["completed_at"])
    story.closed(*_OF_LEAVE)
    story.case = ending.completed(story.case, Counts.model_validate(its), at=at)
    story.counted()


def _voided(story: Story, _record: Record) -> None:
    story.closed(*_OF_LEAVE)
    story.case = ending.voided(story.case)
    story.counted()


TELLS: Mapping[str, Tell] = {
    "determined": _required,
    "revised": _required,
    "slot_given": _slot_given,
    "slot_extended": _slot,
    "slot_lost": _slot_lost,
    "planned": _told,
    "leave_given": _leave_given,
    "leave_refused": _leave_refused,
    "consent_asked": _consent_asked,
    "consent_given": _consent_given,
    "consent_lapsed": _consent_lapsed,
    "change_settled": _settled,
    "recognition": _recognition,
    "gate_in": _gate_in,
    "gate_out": _gate_out,
    "gate_out_part": _gate_out_part,
    CaseWaiting.name: _waiting,
    CaseClosedUp.name: _closed_up,
    "held": _held,
    "partly_met": _partly_met,
    CaseCompleted.name: _completed,
    "voided": _voided,
}
