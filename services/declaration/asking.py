"""What officers ask about a filing, and what its broker answers. Never commits; the edge does."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import commands, questions, store
from services.declaration.commands import Now, Still
from services.declaration.domain import questions as asking
from services.declaration.domain.questions import Question
from shared.auth.principal import Principal
from shared.contracts.values import Said
from shared.ids import Ids


async def ask(
    session: AsyncSession,
    filing_id: UUID,
    *,
    text: str,
    pointers: tuple[str, ...],
    who: Principal,
    ids: Ids,
    now: Now,
) -> Question:
    """An officer asks. Raises FilingNotFound, NothingToAsk, Faults."""
    before = await store.locked(session, filing_id)
    step, asked = asking.ask(
        before,
        agency=who.agency or "",
        text=text,
        pointers=pointers,
        by=who.subject,
        now=now.wall,
    )
    deed = commands.by(who, "ask_question")
    await store.save(session, before, step, deed, ids=ids, now=now.wall)
    await questions.add(session, asked)
    return asked


async def answer(
    session: AsyncSession,
    filing_id: UUID,
    number: int,
    *,
    text: str,
    who: Principal,
    ids: Ids,
    now: Now,
    still: Still,
) -> Question:
    """The broker answers. Raises FilingNotFound, QuestionNotFound, QuestionNotOpen."""
    before = await commands.own(session, filing_id, who=who, still=still)
    asked = await questions.get(session, filing_id, number)
    step, ended = asking.answer(before, asked, text=text, by=who.subject, now=now.wall)
    deed = commands.by(who, "answer_question")
    await store.save(session, before, step, deed, ids=ids, now=now.wall)
    await questions.end(session, ended)
    return ended


async def close(
    session: AsyncSession,
    filing_id: UUID,
    number: int,
    *,
    reason: str,
    who: Principal,
    ids: Ids,
    now: Now,
) -> Question:
    """An officer of the agency that asked needs no answer any more.

    Raises FilingNotFound, QuestionNotFound, QuestionNotOpen, QuestionOfAnotherAgency.
    """
    before = await store.locked(session, filing_id)
    asked = await questions.get(session, filing_id, number)
    step, ended = asking.close(
        before, asked, agency=who.agency or "", reason=reason, by=who.subject, now=now.wall
    )
    deed = commands.by(who, "close_question", reason=Said.as_given(reason))
    await store.save(session, before, step, deed, ids=ids, now=now.wall)
    await questions.end(session, ended)
    return ended
