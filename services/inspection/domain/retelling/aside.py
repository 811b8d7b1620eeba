"""What is kept beside a case: its alarms, and which records are an agency's investigation."""

from collections.abc import Mapping
from typing import Any

from services.inspection.domain import alarms, marking
from services.inspection.domain.alarms import Acknowledgement
from services.inspection.domain.records import Record
from services.inspection.domain.retelling.story import Alarm, Story, Tell
from shared.contracts.case import AbnormalFound


def _raised(story: Story, record: Record) -> None:
    case = story.case
    ids = {"filing_id": case.filing_id, "case_id": case.id, "requirement_id": case.requirement_id}
    told = AbnormalFound.model_validate({**record.payload, **ids})
    story.alarms[record.seq] = Alarm(told, case.slot.yard if case.slot else None)
    story.counted()


def _acknowledged(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    alarm = story.alarms[its["alarm"]]
    at = record.times.yard
    alarm.acknowledged.append(Acknowledgement(_agency(record), record.actor.subject, at))
    alarm.settles = its.get("settles")
    if alarm.settles is not False:
        alarm.settled_at = at


def _overdue(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    story.alarms[its["alarm"]].overdue_at = record.times.yard


def _agency(record: Record) -> str:
    return record.actor.agency or ""


def _investigated(story: Story, record: Record) -> None:
    story.marked[record.seq] = _agency(record)


def _marked(story: Story, record: Record) -> None:
    """The record, all that named it by then, and the mark itself."""
    named, _ = _named(story, record)
    for seq in (*named, record.seq):
        story.marked.setdefault(seq, _agency(record))


def _unmarked(story: Story, record: Record) -> None:
    """All of that but what is marked for another reason; that it was marked stays kept back."""
    named, still = _named(story, record)
    for seq in set(named) - still:
        story.marked.pop(seq, None)
    story.marked.setdefault(record.seq, _agency(record))


def _named(story: Story, mark: Record) -> tuple[list[int], set[int]]:
    its: Mapping[str, Any] = mark.payload
    record = story.heard[its["record"]]
    others = [each for each in story.heard.values() if each.kind in marking.NAMING]
    still = marking.still_marked(others, but=record)
    return marking.with_what_names_it(record, others), still


TELLS: Mapping[str, Tell] = {
    alarms.RAISED: _raised,
    alarms.ACKNOWLEDGED: _acknowledged,
    alarms.OVERDUE: _overdue,
    marking.KIND: _investigated,
    marking.MARKED: _marked,
    marking.UNMARKED: _unmarked,
}
