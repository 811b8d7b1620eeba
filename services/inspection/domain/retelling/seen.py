"""Who was at a container from when to when, and what became of treatments that were ordered."""

from collections.abc import Mapping
from typing import Any

from services.inspection.domain import attendance, attended, ordering, records, treating
from services.inspection.domain.facts import Stay
from services.inspection.domain.records import Record
from services.inspection.domain.replacing import replace
from services.inspection.domain.retelling.story import Story, Tell
from services.inspection.domain.treatments import Treated, Treatment


def _came(story: Story, record: Record) -> None:
    section = story.section(record.actor.agency)
    stay = Stay.model_validate(record.payload)
    story.put(replace(section, attendance=(*section.attendance, stay)))


def _left(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    section = story.section(its["agency"])
    stay = {each.number: each for each in section.attendance}[its["number"]]
    left = {"left_at": records.moment(its["left_at"]), "ended": its["why"]}
    story.put(attended.with_stay(section, stay.model_copy(update=left)))


def _ordered(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    section, slot = story.section(its["agency"]), story.case.slot
    treatment = Treatment.model_validate(its)
    story.put(replace(section, treatments=(*section.treatments, treatment)))
    story.ordered_in[section.agency, treatment.number] = slot.yard if slot else None


def _reported(story: Story, record: Record) -> None:
    agency = record.actor.agency or ""
    _changed(story, record, agency, result=Treated.model_validate(record.payload))


def _overdue(story: Story, record: Record) -> None:
    _changed(story, record, str(record.payload["agency"]), overdue_at=record.times.yard)


def _cancelled(story: Story, record: Record) -> None:
    _changed(story, record, str(record.payload["agency"]), cancelled_at=record.times.yard)


def _changed(story: Story, record: Record, agency: str, **changes: Any) -> None:
    number: Any = record.payload["number"]
    its = {each.number: each for each in story.section(agency).treatments}[number]
    story.case = treating.with_treatment(
        story.case, story.section(agency), its.model_copy(update=changes)
    )


TELLS: Mapping[str, Tell] = {
    attendance.CAME: _came,
    attended.LEFT: _left,
    ordering.ORDERED: _ordered,
    treating.REPORTED: _reported,
    treating.OVERDUE: _overdue,
    treating.CANCELLED: _cancelled,
}
