"""The rows that a case must have, by what its records tell."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.inspection import measures, rows, treatments
from services.inspection.domain import attended, measuring, worth
from services.inspection.domain.alarms import Acknowledgement
from services.inspection.domain.case import Case
from services.inspection.domain.measuring import Firsts
from services.inspection.domain.retelling.story import Alarm, Story
from services.inspection.verifying.comparing import OrLess, OrNone, Values


def rows_of(story: Story, *, measured: bool) -> Mapping[str, Sequence[Values]]:
    """All of them by their table; of what is measured only if it is, or tells something."""
    case, new = story.case, _new(story.case)
    figures = worth.published()
    found = measuring.measure(case, figures)
    told = measured or story.firsts != Firsts() or found != measuring.measure(new, figures)
    alarms = sorted(story.alarms.items())
    return {
        "cases": [_case(story)],
        "case_sections": rows.section_values(case, before=new),
        "case_openings": rows.opening_values(case, before=new),
        "alarms": [_alarm(case, number, each) for number, each in alarms],
        "alarm_acknowledgements": [
            _acknowledged(case, number, each)
            for number, alarm in alarms
            for each in alarm.acknowledged
        ],
        "record_marks": [
            {"case_id": case.id, "seq": seq, "agency": agency}
            for seq, agency in story.marked.items()
        ],
        "officers_present": [
            {"case_id": case.id, "agency": each.agency, "officer": stay.officer}
            for each in case.sections
            for stay in attended.present(each)
        ],
        "treatments": list(_treatments(story)),
        "measured_inspections": [measures.inspection(case, found, story.firsts)] if told else [],
        "measured_agencies": measures.agencies(case, found, story.firsts) if told else [],
    }


def _new(case: Case) -> Case:
    return Case(
        id=case.id,
        filing_id=case.filing_id,
        requirement_id=case.requirement_id,
        created_at=case.created_at,
    )


def _case(story: Story) -> Values:
    values = rows.case_values(story.case)
    values |= {name: OrNone(values[name]) for name in story.open}
    if gone := _gone(story):
        values["handled"] = OrLess(values["handled"], gone)
    return values


def _gone(story: Story) -> frozenset[str]:
    """The containers that are in no yard where no step of any was recorded.

    How these stood when they came in was kept of none that had left before steps were recorded.
    """
    if any(each.kind == "handled" for each in story.heard.values()):
        return frozenset()
    gate = story.case.gate
    inside = {each.container for each in gate.seals} if gate and gate.inside else set()
    return frozenset(story.case.handled.keys() - inside)


def _treatments(story: Story) -> Iterator[dict[str, Any]]:
    for section in story.case.sections:
        for each in section.treatments:
            yard = story.ordered_in[section.agency, each.number]
            yield treatments.row(story.case, section.agency, each) | {"yard": yard}


def _alarm(case: Case, number: int, alarm: Alarm) -> dict[str, Any]:
    raised = alarm.raised
    return {
        "case_id": case.id,
        "record": number,
        "yard": alarm.yard,
        "agency": raised.agency,
        "findings": [each.model_dump(mode="json") for each in raised.findings],
        "found_at": raised.found_at,
        "acknowledge_by": raised.acknowledge_by,
        "overdue_at": alarm.overdue_at,
        "settled_at": alarm.settled_at if alarm.settles is not None else OrNone(alarm.settled_at),
    }


def _acknowledged(case: Case, number: int, told: Acknowledgement) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "record": number,
        "agency": told.agency,
        "subject": told.by,
        "at": told.at,
    }
