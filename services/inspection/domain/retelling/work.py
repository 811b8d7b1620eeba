"""What people did at the container, what they concluded, corrected and signed."""

from collections.abc import Mapping
from typing import Any

from services.inspection.domain import (
    concluding,
    correcting,
    handling,
    inspecting,
    records,
    signing,
    waiting,
)
from services.inspection.domain.case import LOOSE, Opening
from services.inspection.domain.facts import Conclusion, Handover, Judged, Sample, SignOff
from services.inspection.domain.handling import Box, Step
from services.inspection.domain.records import Record
from services.inspection.domain.replacing import replace
from services.inspection.domain.retelling.story import Story, Tell, Untold
from shared.contracts.values import Finding, Said


def _opened(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    (own,), at = its["present"], records.moment(its["opened_at"])
    if story.case.slot is None:
        raise Untold("it has no slot")
    opening = Opening(
        number=its["opening"],
        opened_at=at,
        present=(own,),
        slot=story.case.slot,
        reason=None if its["reason"] is None else Said.model_validate(its["reason"]),
        came={own: at},
    )
    story.case = inspecting.opened(story.case, opening)
    story.closed("leave")
    story.counted()


def _joined(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    opening = story.case.opening
    if opening is None or opening.number != its["opening"]:
        raise Untold("that opening is not open")
    section = story.section(its["agency"])
    at = records.moment(its["joined_at"])
    story.case = waiting.ended(inspecting.joined(story.case, opening, section, at=at))
    story.counted()


def _handled(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    container = its["container"]
    before = story.case.handled[container]
    after = handling.after_step(before, Step(its["step"]), Box(container, its.get("seal")))
    story.case = replace(story.case, handled={**story.case.handled, container: after})


def _finding(story: Story, record: Record) -> None:
    section = story.section(record.actor.agency)
    found = Finding.model_validate(record.payload)
    story.put(replace(section, findings=(*section.findings, found)))


def _drawn(story: Story, record: Record) -> None:
    section = story.section(record.actor.agency)
    drawn = Sample.model_validate(record.payload)
    story.put(replace(section, samples=(*section.samples, drawn)))


def _sample(story: Story, record: Record, name: str, fact: Handover | Judged) -> None:
    section, number = story.section(record.actor.agency), record.payload["number"]
    samples = {each.number: each for each in section.samples}
    its = samples[number]  # type: ignore[index]  # no number of a sample is a KeyError
    value = (*its.handovers, fact) if name == "handovers" else fact
    samples[its.number] = its.model_copy(update={name: value})
    story.put(replace(section, samples=tuple(samples.values())))


def _handed_over(story: Story, record: Record) -> None:
    _sample(story, record, "handovers", Handover.model_validate(record.payload))


def _judged(story: Story, record: Record) -> None:
    _sample(story, record, "judged", Judged.model_validate(record.payload))


def _concluded(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    story.closed("consent")
    section = story.section(its["agency"])
    conclusion = Conclusion.model_validate({**its, "number": its["conclusion"]})
    covered = conclusion.containers or story.case.containers or (LOOSE,)
    written = concluding.written_into(section, conclusion, covered=covered)
    story.case = waiting.ended(concluding.with_conclusion(story.case, written))
    story.counted()


def _corrected(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    wrong = story.heard.get(its["corrects"])
    if wrong is not None:
        story.case = correcting.applied(story.case, wrong, correcting.proposed(record))
    if "proposal" in its:
        story.case = correcting.unsigned(story.case)


def _signed(story: Story, record: Record) -> None:
    its: Mapping[str, Any] = record.payload
    section = story.section(record.actor.agency)
    at = record.times.yard
    signed = SignOff(seq=its["seq"], officer=record.actor.subject, key=its["key"], at=at)
    story.put(replace(section, signed=signed))


def _escalated(story: Story, _record: Record) -> None:
    story.counted()


TELLS: Mapping[str, Tell] = {
    "opened": _opened,
    "joined": _joined,
    "handled": _handled,
    "finding": _finding,
    "sample_drawn": _drawn,
    "sample_handed_over": _handed_over,
    "sample_judged": _judged,
    "concluded": _concluded,
    "partly_concluded": _concluded,
    correcting.CORRECTED: _corrected,
    signing.SIGNED_OFF: _signed,
    "escalation_requested": _escalated,
}
