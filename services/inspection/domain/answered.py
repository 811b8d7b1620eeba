"""What a case's records say of its checklist: what stands, what is in dispute, what is left."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.inspection.domain import correcting
from services.inspection.domain.checklists import Item
from services.inspection.domain.facts import Device
from services.inspection.domain.records import Json, Record
from services.inspection.domain.results import KIND, Kept, Outcome, Question, Result
from shared import errors


class ChecklistOpen(errors.Conflict):
    """Required items of the checklist are not answered, or answers are in dispute."""

    zh = "查验清单中有必查项未答复，或答复存在分歧。"
    mend = "Answer the items named; settle a dispute by an answer that replaces the others."
    mend_zh = "请答复所列项目；如有分歧，请以新答复替换原答复。"


@dataclass(frozen=True)
class Left:
    """What stands in the way of a conclusion: items without an answer, and items in dispute."""

    unanswered: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises ChecklistOpen if anything is left."""
        if self.unanswered or self.disputed:
            raise ChecklistOpen(unanswered=self.unanswered, disputed=self.disputed)


NOTHING = Left()


def of_records(records: Iterable[Record]) -> list[Kept]:
    """The answers in records of answers and of corrections, as they were corrected.

    Raises KeyError or ValueError for a record of an answer that is none.
    """
    every = list(records)
    given = {each.seq: each for each in every if each.kind == KIND}
    return [
        _kept(given[each.seq], each.payload)
        for each in correcting.corrected(every)
        if each.seq in given
    ]


def _kept(record: Record, right: Mapping[str, Json]) -> Kept:
    return Kept(
        result=result(right),
        given=result(record.payload),
        agency=record.actor.agency or "",
        officer=record.actor.subject,
        at=record.times.yard,
        seq=record.seq,
        device=Device.model_validate(told) if (told := record.payload.get("device")) else None,
    )


def result(told: Mapping[str, Json]) -> Result:
    """The answer that a record's payload tells. Raises KeyError or ValueError for none."""
    number, figure = told.get("line"), told.get("figure")
    replaces = told.get("replaces") or []
    return Result(
        id=UUID(str(told["id"])),
        item=str(told["item"]),
        outcome=Outcome(str(told["outcome"])),
        container=_text(told.get("container")),
        line=number if isinstance(number, int) else None,
        figure=None if figure is None else Decimal(str(figure)),
        note=_text(told.get("note")),
        replaces=tuple(UUID(str(each)) for each in replaces) if isinstance(replaces, list) else (),
    )


def with_facts(answer: Result, facts: Mapping[str, str]) -> Result:
    """An answer as it would say these facts of a correction."""
    figure = facts.get("figure")
    return answer._replace(
        outcome=Outcome(facts.get("outcome", answer.outcome)),
        figure=answer.figure if figure is None else Decimal(figure),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def standing(answers: Iterable[Kept]) -> list[Kept]:
    """The answers that no other one of the same agency to the same question replaces."""
    every = list(answers)
    replaced = {
        (old, each.agency, each.result.question) for each in every for old in each.result.replaces
    }
    return [
        each
        for each in every
        if (each.result.id, each.agency, each.result.question) not in replaced
    ]


def by_question(answers: Iterable[Kept]) -> Mapping[Question, list[Kept]]:
    """The answers to each question, in their order."""
    found: defaultdict[Question, list[Kept]] = defaultdict(list)
    for each in answers:
        found[each.result.question].append(each)
    return found


def in_dispute(answers: Collection[Kept]) -> bool:
    """Whether standing answers to one question differ in what they say."""
    return len({each.result.said for each in answers}) > 1


def left(items: Iterable[Item], answers: Iterable[Kept], *, covered: Collection[str]) -> Left:
    """What is left before an agency concludes on these containers, of its items and answers."""
    stand = [
        each
        for each in standing(answers)
        if each.result.container is None or each.result.container in covered
    ]
    answered = {each.result.item for each in stand}
    disputed = {question[0] for question, said in by_question(stand).items() if in_dispute(said)}
    unanswered = tuple(each.code for each in items if each.required and each.code not in answered)
    return Left(unanswered, tuple(sorted(disputed)))
