"""Officers' answers to their checklist, each a record of the case; none is ever overwritten.

Whoever answers anew says which answers that replaces. Two answers to the same question of which
neither replaces the other are both kept, shown and in dispute if they differ, until an answer
replaces both; nothing is concluded meanwhile.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.inspection.domain import containers, errors, standing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.checklists import Item
from services.inspection.domain.records import Actor, Json
from shared import errors as refusals
from shared.contracts.envelope import Fact
from shared.contracts.values import Instant
from shared.errors import Fault, Faults

KIND = "result"
Question = tuple[str, str | None, int | None]
"""An item, and the container or the goods line that it was looked at in."""


class Outcome(StrEnum):
    """What was seen."""

    CONFORM = "conform"
    DEVIATES = "deviates"
    NOT_DONE = "not_done"


class ItemNotAsked(refusals.Invalid):
    """This is not on your agency's checklist for this case."""

    zh = "该项不在本单位对此案卷的查验清单中。"
    mend = "Use one of the items of the case's checklist; record other things as findings."
    mend_zh = "请使用案卷查验清单中的项目；其他情况请登记为查验发现。"


class FigureMissing(refusals.Invalid):
    """This item is answered with a figure in its unit."""

    zh = "该项须以其计量单位填写数值。"
    mend = "Give the figure, or answer that it was not done."
    mend_zh = "请填写数值，或填写未检。"


class FigureUnfit(refusals.Invalid):
    """This item has no unit to give a figure in."""

    zh = "该项没有计量单位，不填数值。"
    mend = "Leave the figure out, or write it in the note."
    mend_zh = "请勿填写数值，或写入备注。"


class ReplacedUnfit(refusals.Invalid):
    """An answer replaces answers of the own agency to the same question alone."""

    zh = "只能替换本单位对同一问题的答复。"
    mend = "Read the case's checklist for the answers to this question."
    mend_zh = "请查看案卷查验清单中对该问题的答复。"


class IdTaken(refusals.Conflict):
    """Another record has this id."""

    zh = "该编号已被另一记录使用。"
    mend = "Make a new id for each record."
    mend_zh = "请为每条记录生成新的编号。"


class Device(Fact):
    """What a device said of a record made without a link: its own time, which decides nothing."""

    name: str
    at: Instant


@dataclass(frozen=True)
class Result:
    """An answer; `replaces` are the ids of earlier ones. `figure` is in the item's unit."""

    id: UUID
    item: str
    outcome: Outcome
    container: str | None = None
    line: int | None = None
    figure: Decimal | None = None
    note: str | None = None
    replaces: tuple[UUID, ...] = ()
    device: Device | None = None

    @property
    def question(self) -> Question:
        """What it answers."""
        return self.item, self.container, self.line

    @property
    def said(self) -> tuple[Outcome, Decimal | None]:
        """What two answers may differ in."""
        return self.outcome, self.figure


@dataclass(frozen=True)
class Kept:
    """An answer as it was recorded, `at` on the yard clock; `given` is it before corrections."""

    result: Result
    given: Result
    agency: str
    officer: str
    at: datetime
    seq: int


def record(
    case: Case,
    answers: Sequence[Result],
    *,
    who: Actor,
    known: Mapping[UUID, Kept],
    items: Collection[Item],
) -> Change:
    """Record answers in one's own section. What was recorded before is left as it is.

    Raises CaseMoveNotAllowed, ContainerNotOpen, AgencyNotNeeded, SectionConcluded,
    NotAtContainer, IdTaken, Faults.
    """
    section = standing.writable(case, who)
    by_code = {each.code: each for each in items}
    faults: list[Fault] = []
    change = Change(case)
    so_far = {name: (each.given, each.agency) for name, each in known.items()}
    for index, answer in enumerate(answers):
        before = so_far.get(answer.id)
        if before is not None:
            _same(before[0], answer)
            continue
        pointer = f"/results/{index}"
        faults += _of_subject(case, answer, pointer=pointer)
        faults += _of_item(by_code.get(answer.item), answer, pointer=pointer)
        for at, old in enumerate(answer.replaces):
            replaced, agency = so_far.get(old, (None, ""))
            fits = replaced is not None and replaced.question == answer.question
            if not (fits and agency == section.agency):
                unfit = ReplacedUnfit(pointer=f"{pointer}/replaces/{at}", id=str(old))
                faults.append(errors.fault(unfit))
        so_far[answer.id] = (answer, section.agency)
        change = change.noted(KIND, **_facts(answer))
    if faults:
        raise Faults(*faults)
    return change


def _same(before: Result, answer: Result) -> None:
    if before != answer:
        raise IdTaken(id=str(answer.id))


def _of_subject(case: Case, answer: Result, *, pointer: str) -> Iterator[Fault]:
    if answer.container is not None:
        at = f"{pointer}/container"
        yield from containers.faults([answer.container], of=case.containers, pointer=lambda _: at)
        if answer.container in case.decided:
            yield errors.fault(containers.ContainerDecided(pointer=at, container=answer.container))
    lines = [line.number for line in case.required.lines] if case.required else []
    if answer.line is not None and answer.line not in lines:
        unknown = errors.LineNotDeclared(pointer=f"{pointer}/line", number=answer.line)
        yield errors.fault(unknown)


def _of_item(item: Item | None, answer: Result, *, pointer: str) -> Iterator[Fault]:
    if item is None:
        yield errors.fault(ItemNotAsked(pointer=f"{pointer}/item", item=answer.item))
    elif item.unit is None and answer.figure is not None:
        yield errors.fault(FigureUnfit(pointer=f"{pointer}/figure"))
    elif item.unit is not None and answer.figure is None and answer.outcome is not Outcome.NOT_DONE:
        yield errors.fault(FigureMissing(pointer=f"{pointer}/figure", unit=item.unit))


def _facts(answer: Result) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "id": str(answer.id),
        "item": answer.item,
        "outcome": answer.outcome.value,
        "container": answer.container,
        "line": answer.line,
        "figure": None if answer.figure is None else str(answer.figure),
        "note": answer.note,
        "replaces": [str(each) for each in answer.replaces] or None,
        "device": answer.device.model_dump(mode="json") if answer.device else None,
    }
    return {name: value for name, value in facts.items() if value is not None}
