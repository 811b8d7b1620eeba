"""Questions that officers ask about a filing, and what becomes of them.

An open question stops nothing by itself: the filing goes on, and may end before it is answered.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.declaration.domain import filing as filings
from services.declaration.domain import moves
from services.declaration.domain.filing import Filing, Step
from services.declaration.domain.receipts import Kind, Note
from shared import errors
from shared.contracts.values import Said


class Status(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Act(StrEnum):
    """What ends a question: the broker's answer, or its agency, which no longer needs one."""

    ANSWER = "answer"
    CLOSE = "close"


MOVES: Mapping[tuple[Status, Act], Status] = {
    (Status.OPEN, Act.ANSWER): Status.ANSWERED,
    (Status.OPEN, Act.CLOSE): Status.CLOSED,
}

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class NothingToAsk(errors.Conflict):
    """The filing has ended: nothing is asked about it any more."""

    zh = "该申报单已办结，不能再提问。"
    mend = "Read how it ended."
    mend_zh = "请查看办结情况。"


class QuestionNotOpen(errors.Conflict):
    """This question was answered or closed before."""

    zh = "该问题已答复或已关闭。"
    mend = "Read the question."
    mend_zh = "请查看该问题。"


class QuestionOfAnotherAgency(errors.Forbidden):
    """Only officers of the agency that asked may close a question."""

    zh = "只有提问单位的人员可以关闭该问题。"


class PlaceNotDeclared(errors.Invalid):
    """Nothing is declared at this place of the version in force."""

    zh = "现行版本在此处没有申报内容。"
    mend = "Name a place of the filing as it stands."
    mend_zh = "请指明申报单现行版本中的位置。"


@dataclass(frozen=True)
class Question:
    """One question. `asked_by` and `ended_by` are subjects of tokens, times wall time (UTC).

    `pointers` lead to the fields of the version `filing_version` that it is about. An answered one
    has its `answer`, a closed one its `reason`.
    """

    filing_id: UUID
    number: int
    agency: str
    filing_version: int
    text: str
    pointers: tuple[str, ...]
    asked_by: str
    asked_at: datetime
    status: Status = Status.OPEN
    answer: str | None = None
    reason: str | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None


def ask(
    filing: Filing, *, agency: str, text: str, pointers: Sequence[str], by: str, now: datetime
) -> tuple[Step, Question]:
    """Ask about a filing. Raises NothingToAsk, Faults."""
    if filing.status in moves.ENDED:
        raise NothingToAsk(status=filing.status.value)
    if found := tuple(_faults(filing, pointers)):
        raise errors.Faults(*found)
    number = filing.questions + 1
    asked = Question(
        filing_id=filing.id,
        number=number,
        agency=agency,
        filing_version=filing.filing_version,
        text=text,
        pointers=tuple(pointers),
        asked_by=by,
        asked_at=now,
    )
    changed = replace(filing, questions=number, open_questions=(*filing.open_questions, number))
    facts = {"question": number, "agency": agency, "text": text, "pointers": list(pointers)}
    return filings.note(changed, Note(Kind.QUESTION_ASKED, facts)), asked


def answer(
    filing: Filing, asked: Question, *, text: str, by: str, now: datetime
) -> tuple[Step, Question]:
    """The broker answers. Raises QuestionNotOpen."""
    status = _after(asked, Act.ANSWER)
    ended = replace(asked, status=status, answer=text, ended_by=by, ended_at=now)
    return _ended(filing, ended, Note(Kind.QUESTION_ANSWERED, {"question": asked.number})), ended


def close(
    filing: Filing, asked: Question, *, agency: str, reason: str, by: str, now: datetime
) -> tuple[Step, Question]:
    """The agency needs no answer. Raises QuestionNotOpen, QuestionOfAnotherAgency."""
    status = _after(asked, Act.CLOSE)
    if agency != asked.agency:
        raise QuestionOfAnotherAgency(agency=asked.agency)
    ended = replace(asked, status=status, reason=reason, ended_by=by, ended_at=now)
    said = Said.as_given(reason).model_dump()
    facts = {"question": asked.number, "agency": agency, "reason": said}
    return _ended(filing, ended, Note(Kind.QUESTION_CLOSED, facts)), ended


def _after(asked: Question, act: Act) -> Status:
    if (asked.status, act) not in MOVES:
        raise QuestionNotOpen(status=asked.status.value)
    return MOVES[asked.status, act]


def _ended(filing: Filing, ended: Question, told: Note) -> Step:
    still = tuple(number for number in filing.open_questions if number != ended.number)
    return filings.note(replace(filing, open_questions=still), told)


def _faults(filing: Filing, pointers: Sequence[str]) -> Iterator[errors.Fault]:
    document = filing.content.model_dump()
    for index, pointer in enumerate(pointers):
        if at(document, pointer) is None:
            yield errors.Fault(
                code=PlaceNotDeclared.code,
                pointer=f"/pointers/{index}",
                en=PlaceNotDeclared.en,
                zh=PlaceNotDeclared.zh,
                mend_en=PlaceNotDeclared.mend,
                mend_zh=PlaceNotDeclared.mend_zh,
                facts={"place": pointer, "filing_version": filing.filing_version},
            )


def at(document: Any, pointer: str) -> Any:
    """What is at a JSON pointer (RFC 6901); None: nothing."""
    node = document
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping):
            node = node.get(name)
        elif isinstance(node, list | tuple) and _INDEX.fullmatch(name):
            node = node[int(name)] if int(name) < len(node) else None
        else:
            return None
    return node
