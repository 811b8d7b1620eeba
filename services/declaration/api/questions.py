"""Questions about filings over HTTP: officers ask and close, brokers answer."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import asking, questions
from services.declaration.api import filings
from services.declaration.api.filings import Ask, Asked, InKit, Reader
from services.declaration.domain.questions import Question, Status
from shared.auth import guard
from shared.auth.principal import Principal, Role
from shared.http import etag, idempotency, paging
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import StrictModel, Text
from shared.http.paging import After, Limit, Page

router = APIRouter(prefix="/v1/filings/{filing_id}/questions", tags=["questions"])

Officer = Annotated[Principal, guard.allowed(Role.OFFICER)]
Number = Annotated[int, Path(ge=1, le=paging.LAST_NUMBER)]
MOST = 50
Words = Annotated[str, Text(max=2000, lines=True)]
Pointer = Annotated[str, Text(max=300, pattern="(/[^/]+)+")]


class QuestionIn(StrictModel):
    """A question, and the places in the filing that it is about (JSON pointers)."""

    text: Words
    pointers: tuple[Pointer, ...] = Field(default=(), max_length=MOST)


class AnswerIn(StrictModel):
    """The answer to a question."""

    text: Words


class ClosingIn(StrictModel):
    """Why no answer is needed any more."""

    reason: Annotated[str, Text(max=500)]


class QuestionOut(BaseModel):
    """A question; `pointers` lead into the version `filing_version`. Times are wall time, UTC.

    A broker is told an officer's agency alone: `asked_by`, and `ended_by` of a closed one, are
    null.
    """

    number: int
    status: Status
    agency: str
    filing_version: int
    text: str
    pointers: list[str]
    asked_at: datetime
    asked_by: str | None
    answer: str | None
    reason: str | None
    ended_at: datetime | None
    ended_by: str | None

    @classmethod
    def of(cls, question: Question, *, to: Principal) -> Self:
        """The answer for a question, to whom it is shown."""
        shown = {**vars(question), "pointers": list(question.pointers)}
        if to.role is Role.BROKER:
            shown["asked_by"] = None
            if question.status is Status.CLOSED:
                shown["ended_by"] = None
        return cls.model_validate({name: shown[name] for name in cls.model_fields})


async def asked_by_officer(request: Request, who: Officer) -> Asked:
    """The request of an officer."""
    return await filings.asked(request, who)


OfOfficer = Annotated[Asked, Depends(asked_by_officer)]


@router.post("", status_code=201, response_model=QuestionOut, dependencies=[idempotency.KEYED])
async def ask(
    filing_id: UUID, ask: OfOfficer, form: Annotated[QuestionIn, json_body(QuestionIn)]
) -> Response:
    """Ask the broker. The filing goes on meanwhile: an open question stops nothing by itself."""

    async def work(session: AsyncSession) -> Answer:
        asked = await asking.ask(
            session,
            filing_id,
            text=form.text,
            pointers=form.pointers,
            who=ask.who,
            ids=ask.kit.ids,
            now=ask.now,
        )
        path = ask.request.scope["path"].rstrip("/")
        found = QuestionOut.of(asked, to=ask.who)
        return Answer(201, found, {"Location": f"{path}/{asked.number}"})

    return await ask.answer(work)


@router.get("")
async def list_questions(
    filing_id: UUID,
    kit: InKit,
    who: Reader,
    after: After = 0,
    limit: Limit = paging.DEFAULT_LIMIT,
) -> Page[QuestionOut]:
    """What was asked about a filing, in order; `next` is the `after` of the page that follows."""
    async with kit.database.connect() as connection:
        await filings.seen(connection, filing_id, who)
        found = await questions.listing(connection, filing_id, after=after, limit=limit + 1)
    told = [QuestionOut.of(each, to=who) for each in found]
    return paging.numbered(told, limit=limit, number=lambda question: question.number)


@router.get("/{question}")
async def read(filing_id: UUID, question: Number, kit: InKit, who: Reader) -> QuestionOut:
    """One question."""
    async with kit.database.connect() as connection:
        await filings.seen(connection, filing_id, who)
        found = await questions.get(connection, filing_id, question)
    return QuestionOut.of(found, to=who)


@router.post(
    "/{question}/answer",
    response_model=QuestionOut,
    dependencies=[idempotency.KEYED, etag.CHANGING_A_PART],
)
async def answer(
    filing_id: UUID, question: Number, ask: Ask, form: Annotated[AnswerIn, json_body(AnswerIn)]
) -> Response:
    """Answer a question; with `If-Match` only while the filing has that `ETag`."""

    async def work(session: AsyncSession) -> Answer:
        ended = await asking.answer(
            session,
            filing_id,
            question,
            text=form.text,
            who=ask.who,
            ids=ask.kit.ids,
            now=ask.now,
            still=ask.still,
        )
        return Answer(200, QuestionOut.of(ended, to=ask.who))

    return await ask.answer(work)


@router.post("/{question}/close", response_model=QuestionOut, dependencies=[idempotency.KEYED])
async def close(
    filing_id: UUID,
    question: Number,
    ask: OfOfficer,
    form: Annotated[ClosingIn, json_body(ClosingIn)],
) -> Response:
    """Close a question without an answer; officers of the agency that asked it."""

    async def work(session: AsyncSession) -> Answer:
        ended = await asking.close(
            session,
            filing_id,
            question,
            reason=form.reason,
            who=ask.who,
            ids=ask.kit.ids,
            now=ask.now,
        )
        return Answer(200, QuestionOut.of(ended, to=ask.who))

    return await ask.answer(work)
