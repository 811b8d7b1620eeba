"""Questions about filings as rows."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration.domain.questions import Question, Status
from services.declaration.tables import QUESTIONS
from shared import errors

ENDING = ("status", "answer", "reason", "ended_by", "ended_at")


class QuestionNotFound(errors.NotFound):
    """There is no such question about this filing."""

    zh = "该申报单没有此问题。"
    mend = "Choose one of the questions that are listed."
    mend_zh = "请选用已列出的问题。"


async def add(session: AsyncSession, asked: Question) -> None:
    """Store a new question."""
    row = {**asdict(asked), "pointers": list(asked.pointers)}
    await session.execute(insert(QUESTIONS).values(row))


async def end(session: AsyncSession, ended: Question) -> None:
    """Store how a question ended; the database refuses it for one that had ended."""
    values = {name: getattr(ended, name) for name in ENDING}
    await session.execute(
        update(QUESTIONS).where(*_one(ended.filing_id, ended.number)).values(values)
    )


async def get(connection: AsyncConnection | AsyncSession, filing_id: UUID, number: int) -> Question:
    """One question. Raises QuestionNotFound."""
    rows = await connection.execute(select(QUESTIONS).where(*_one(filing_id, number)))
    found = rows.mappings().first()
    if found is None:
        raise QuestionNotFound(filing_id=filing_id, question=number)
    return _of(found)


async def listing(
    connection: AsyncConnection, filing_id: UUID, *, after: int, limit: int
) -> list[Question]:
    """The questions about a filing with a number above `after`, in order."""
    rows = await connection.execute(
        select(QUESTIONS)
        .where(QUESTIONS.c.filing_id == filing_id, QUESTIONS.c.number > after)
        .order_by(QUESTIONS.c.number)
        .limit(limit)
    )
    return [_of(row) for row in rows.mappings()]


def _one(filing_id: UUID, number: int) -> tuple[ColumnElement[bool], ...]:
    return QUESTIONS.c.filing_id == filing_id, QUESTIONS.c.number == number


def _of(row: RowMapping) -> Question:
    status, pointers = Status(row["status"]), tuple(row["pointers"])
    return Question(**{**row, "status": status, "pointers": pointers})
