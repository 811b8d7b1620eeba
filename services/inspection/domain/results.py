"""Officers' answers to their checklist, each a record of the case; none is ever overwritten.

Whoever answers anew says which answers that replaces. Two answers to the same question of which
neither replaces the other are both kept, shown and in dispute if they differ, until an answer
replaces both; nothing is concluded meanwhile.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID

from services.inspection.domain import containers, errors, figures, standing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.checklists import Item
from services.inspection.domain.facts import Device
from services.inspection.domain.records import Actor, Json, Note
from shared import errors as refusals
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


class ReplacedUnfit(refusals.Invalid):
    """An answer replaces answers of the own agency to the same question alone."""

    zh = "只能替换本单位对同一问题的答复。"
    mend = "Read the case's checklist for the answers to this question."
    mend_zh = "请查看案卷查验清单中对该问题的答复。"


class ReplacedMarked(refusals.Invalid):
    """An answer that is marked as an investigation is replaced by none: others would see that."""

    zh = "已标为调查的答复不能被替换，否则其他单位将得知其存在。"
    mend = "Have a supervisor of your agency unmark it first, or answer without replacing it."
    mend_zh = "请先由本单位主管取消标记，或另行答复而不替换。"


class IdTaken(refusals.Conflict):
    """Another record has this id."""

    zh = "该编号已被另一记录使用。"
    mend = "Make a new id for each record."
    mend_zh = "请为每条记录生成新的编号。"


class Result(NamedTuple):
    """An answer; `replaces` are the ids of earlier ones. `figure` is in the item's unit."""

    id: UUID
    item: str
    outcome: Outcome
    container: str | None = None
    line: int | None = None
    figure: Decimal | None = None
    note: str | None = None
    replaces: tuple[UUID, ...] = ()

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
    """An answer as it was recorded, `at` on the yard clock; `given` is it before corrections.

    `device` is what a device said that made it without a link.
    """

    result: Result
    given: Result
    agency: str
    officer: str
    at: datetime
    seq: int
    device: Device | None = None


@dataclass
class Book:
    """What an agency is asked in a case, and the answers so far; `record` adds to them.

    `marked` are those that are an investigation: an answer that names one would tell others of it.
    """

    items: Mapping[str, Item]
    known: dict[UUID, tuple[Result, str]]
    marked: frozenset[UUID] = frozenset()

    @classmethod
    def of(
        cls,
        items: Iterable[Item],
        answers: Iterable[Kept],
        *,
        marked: frozenset[UUID] = frozenset(),
    ) -> Self:
        """The book of these items, with all answers of the case."""
        by_code = {each.code: each for each in items}
        known = {each.result.id: (each.given, each.agency) for each in answers}
        return cls(by_code, known, marked)


def record(
    case: Case,
    answers: Sequence[Result],
    *,
    who: Actor,
    book: Book,
    in_order: bool = True,
    place: str = "/results/{}",
) -> Change:
    """Record answers in one's own section. What was recorded before is left as it is.

    What came `in_order` replaces answers that are here; else they may be still to come. `place` is
    an answer's by its number in what was sent. Raises CaseEnded, ContainerNotOpen,
    AgencyNotNeeded, SectionConcluded, NotAtContainer, IdTaken, Faults.
    """
    agency = standing.writable(case, who).agency
    lines = {line.number for line in case.required.lines} if case.required else set()
    faults: list[Fault] = []
    notes: list[Note] = []
    new: dict[UUID, tuple[Result, str]] = {}
    for index, answer in enumerate(answers):
        before = book.known.get(answer.id) or new.get(answer.id)
        if before is not None:
            _same(before[0], answer)
            continue
        pointer = place.format(index)
        faults += _of_subject(case, answer, lines=lines, pointer=pointer)
        item = book.items.get(answer.item)
        if item is None:
            unasked = ItemNotAsked(pointer=f"{pointer}/item", item=answer.item)
            faults.append(errors.fault(unasked))
        else:
            faults += of_figure(item, answer, pointer=f"{pointer}/figure")
        for at, old in enumerate(answer.replaces):
            replaced = book.known.get(old) or new.get(old)
            to_come = replaced is None and old != answer.id and not in_order
            fits = replaced is not None and _fits(*replaced, answer, agency)
            if not to_come and (not fits or old in book.marked):
                kind = ReplacedMarked if fits else ReplacedUnfit
                unfit = kind(pointer=f"{pointer}/replaces/{at}", id=str(old))
                faults.append(errors.fault(unfit))
        new[answer.id] = (answer, agency)
        notes.append(Note(KIND, _facts(answer)))
    if faults:
        raise Faults(*faults)
    book.known.update(new)
    return Change(case, notes=tuple(notes))


def _fits(old: Result, its_agency: str, answer: Result, agency: str) -> bool:
    """Whether the one answer may replace the other."""
    return (old.question, its_agency) == (answer.question, agency)


def _same(before: Result, answer: Result) -> None:
    if before != answer:
        raise IdTaken(id=str(answer.id))


def _of_subject(
    case: Case, answer: Result, *, lines: Collection[int], pointer: str
) -> Iterator[Fault]:
    if answer.container is not None:
        at = f"{pointer}/container"
        yield from containers.faults([answer.container], of=case.containers, pointer=lambda _: at)
        if answer.container in case.decided:
            yield errors.fault(containers.ContainerDecided(pointer=at, container=answer.container))
    if answer.line is not None and answer.line not in lines:
        unknown = errors.LineNotDeclared(pointer=f"{pointer}/line", number=answer.line)
        yield errors.fault(unknown)


def of_figure(item: Item, answer: Result, *, pointer: str) -> Iterator[Fault]:
    """What is wrong with the figure of an answer to this item."""
    done, conforms = answer.outcome is not Outcome.NOT_DONE, answer.outcome is Outcome.CONFORM
    return figures.faults(item, answer.figure, done=done, conforms=conforms, pointer=pointer)


def _facts(answer: Result) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "id": str(answer.id),
        "item": answer.item,
        "outcome": str(answer.outcome),
        "container": answer.container,
        "line": answer.line,
        "figure": None if answer.figure is None else str(answer.figure),
        "note": answer.note,
        "replaces": [str(each) for each in answer.replaces] or None,
    }
    return {name: value for name, value in facts.items() if value is not None}
