"""`onestop merge`: two declarations of before the reform as one filing, with the report."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, RootModel

from services.cli import console, reading
from services.declaration import dictionary
from services.declaration.domain.instruction import Instruction, in_force
from services.declaration.merging import coherent, forms, instructed, merge
from services.declaration.merging.desk import Answer
from services.declaration.merging.report import Entry, Merged
from services.declaration.merging.request import AnswerIn
from services.declaration.merging.rules import Form
from shared.clock import SystemClock
from shared.http.model import Day, StrictModel

ZONE = ZoneInfo("Asia/Shanghai")
"""Where the days of the forms begin; a service has its own setting."""
Given = TypeVar("Given", bound=BaseModel)


class Answers(RootModel[tuple[AnswerIn, ...]]):
    """A file of answers."""


class InstructionIn(StrictModel):
    """A standing instruction: from `valid_from` on, or always."""

    item: str
    take: Form
    valid_from: Day | None = None


class Instructions(RootModel[tuple[InstructionIn, ...]]):
    """A file of standing instructions; of several for an item the last that is valid holds."""


@dataclass(frozen=True)
class Settled:
    """Files with what a broker settles: answers to conflicts, and standing instructions."""

    answers: Path | None = None
    instructions: Path | None = None


def run(customs: Path, inspection: Path | None, settled: Settled, day: date | None) -> Merged:
    """The merged filing of a day, today's unless told. Leaves with code 2 what cannot be read."""
    on = day or SystemClock().wall().astimezone(ZONE).date()
    if on < dictionary.REFORM:
        console.fail(
            f"There is no merged declaration before {dictionary.REFORM}.",
            chinese=f"{dictionary.REFORM} 之前没有整合申报。",
            mend="Ask for that day or a later one.",
            mend_zh="请填写该日或之后的日期。",
        )
    told = _told(settled.answers)
    found = merge.of_forms(
        _form(customs, forms.LONG_CUSTOMS),
        None if inspection is None else _form(inspection, forms.LONG_INSPECTION),
        dictionary=dictionary.at(on),
        zone=ZONE,
        answers=told,
        instructions=_instructions(settled.instructions, on=on),
    )
    for place in found.unused:
        console.say(f"nothing is asked at {place} 此处无须答复")
    return found


def _told(answers: Path | None) -> tuple[Answer, ...]:
    return () if answers is None else tuple(a.answer() for a in reading.read(answers, Answers).root)


def _instructions(path: Path | None, *, on: date) -> Mapping[str, Instruction]:
    given = () if path is None else reading.read(path, Instructions).root
    for each in given:
        if each.item not in instructed.items():
            console.say(f"the forms cannot disagree on {each.item} 两单不会在该项目上不一致")
    versions = (
        Instruction(each.item, number, each.take, each.valid_from or dictionary.REFORM)
        for number, each in enumerate(given, start=1)
    )
    return in_force(versions, day=on)


def _form(path: Path, model: type[Given]) -> Given:
    return reading.read(path, model, lambda form: coherent.check(form.model_dump()))


def lines(found: Merged) -> Iterator[str]:
    """The report for people: how many places each rule decided, and where the forms differ."""
    for code, count in Counter(entry.rule.code for entry in found.report).most_common():
        yield f"{code:20} {count}"
    for group in found.groups:
        if (len(group.customs), len(group.inspection)) != (1, 1):
            sides = ", ".join(map(str, group.customs)), ", ".join(map(str, group.inspection))
            numbers = ", ".join(map(str, group.lines))
            yield f"lines {numbers or '-'}: customs {sides[0] or '-'}, inspection {sides[1] or '-'}"
    for entry in found.report:
        if entry.kind is not None:
            yield _line(entry)
    yield f"{'conflicts':20} {len(found.conflicts)}"


def _line(entry: Entry) -> str:
    plain: dict[str, Any] = entry.plain()
    names = f"{plain['zh']} {plain['en']}" if entry.item else ""
    chosen = "?" if entry.is_open else _short(plain["chosen"])
    sides = f"{_short(plain['customs'])} | {_short(plain['inspection'])} -> {chosen}"
    return f"{entry.place}  {names}: {sides}  [{entry.rule.code}, {entry.kind}]"


def _short(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return " ".join(_short(each) for each in value.values())
    if isinstance(value, list):
        return " + ".join(_short(each) for each in value)
    return str(value)
