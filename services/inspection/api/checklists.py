"""A case's checklist, and the answers to it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import checking, commands, marks, queries
from services.inspection.api import forms, views
from services.inspection.api.acting import Acting, Ask, Officer
from services.inspection.api.editions import Zone
from services.inspection.api.forms import FROM_LIST
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.domain import answered, results
from services.inspection.domain.case import Case
from services.inspection.domain.checklists import Item
from services.inspection.domain.facts import Device
from shared.http.body import json_body
from shared.http.idempotency import KEYED
from shared.http.model import Number, StrictModel, Text

Code = Annotated[str, Text(max=64, pattern=r"[a-z][a-z0-9_]+")]
Figure = Annotated[Decimal, Number(digits=18, places=5, ge=None)]
"""A figure in the item's unit; a temperature may be below zero."""

router = APIRouter(prefix="/v1", tags=["checklists"])


class AnswerIn(StrictModel):
    """An answer to an item, in a container or a goods line where it is about one.

    `replaces`: the answers that this one takes the place of; without, both stand, in dispute if
    they differ.
    """

    item: Code
    outcome: results.Outcome
    container: forms.ContainerNumber | None = None
    line: Annotated[int, Field(ge=1, le=9999)] | None = None
    figure: Figure | None = None
    note: Annotated[str, Text(max=1000, lines=True)] | None = None
    replaces: Annotated[tuple[UUID, ...], Field(max_length=20), FROM_LIST] = ()

    def value(self, id_: UUID) -> results.Result:
        """As the domain says it."""
        return results.Result(
            id_,
            self.item,
            self.outcome,
            container=self.container,
            line=self.line,
            figure=self.figure,
            note=self.note,
            replaces=self.replaces,
        )


class ResultIn(AnswerIn):
    """An answer with an id of the client's own, so that the same answer sent again is known."""

    id: UUID


class ResultsIn(StrictModel):
    """Answers of the caller's agency."""

    results: Annotated[tuple[ResultIn, ...], Field(min_length=1, max_length=100)]


class AnswerOut(BaseModel):
    """An answer: by whom and when (yard clock), and the record that it is.

    `device`: what the device said that made it without a link; its time decides nothing.
    """

    id: UUID
    outcome: results.Outcome
    container: str | None
    line: int | None
    figure: Decimal | None
    note: str | None
    replaces: tuple[UUID, ...]
    stands: bool
    officer: str
    at: datetime
    seq: int
    device: Device | None


class AskedOut(BaseModel):
    """An item of a case's checklist with all answers; `disputed`: standing ones differ."""

    item: Item
    answers: list[AnswerOut]
    disputed: bool


class ChecklistOut(BaseModel):
    """The checklist of each section, by agency."""

    sections: dict[str, list[AskedOut]]


@router.get("/cases/{case_id}/checklist")
async def read_checklist(case_id: UUID, who: Inspector, kit: TheKit, zone: Zone) -> ChecklistOut:
    """What each agency looks at in this case, with every answer; all stay to be seen.

    Answers that are another agency's investigation are left out.
    """
    async with kit.database.connect() as connection:
        case = await queries.case(connection, case_id)
        found = await checking.of_case(connection, case, now=kit.clock.yard(), zone=zone)
        hidden = await marks.hidden(connection, case_id, who)
    return ChecklistOut(
        sections={
            each.agency: _asked(
                found.of(case, each),
                [kept for kept in found.answers_of(each.agency) if kept.seq not in hidden],
            )
            for each in case.needed
        }
    )


@router.post("/cases/{case_id}/results", response_model=views.CaseOut, dependencies=[KEYED])
async def record_results(
    ask: Ask, who: Officer, zone: Zone, body: Annotated[ResultsIn, json_body(ResultsIn)]
) -> Response:
    """Answer items of your agency's checklist. An answer that is sent again is recorded once."""

    async def work(session: AsyncSession, acting: Acting) -> Case:
        answers = [each.value(each.id) for each in body.results]
        return await commands.answer(session, ask.case_id, answers, zone=zone, **acting)

    return await ask.keep(who, work)


def _asked(items: Sequence[Item], answers: Sequence[results.Kept]) -> list[AskedOut]:
    stand = answered.standing(answers)
    disputed = {
        question[0]
        for question, said in answered.by_question(stand).items()
        if answered.in_dispute(said)
    }
    standing = {each.result.id for each in stand}
    return [
        AskedOut(
            item=item,
            answers=[
                _answer(each, stands=each.result.id in standing)
                for each in answers
                if each.result.item == item.code
            ],
            disputed=item.code in disputed,
        )
        for item in items
    ]


def _answer(kept: results.Kept, *, stands: bool) -> AnswerOut:
    said = kept.result
    return AnswerOut(
        id=said.id,
        outcome=said.outcome,
        container=said.container,
        line=said.line,
        figure=said.figure,
        note=said.note,
        replaces=said.replaces,
        stands=stands,
        officer=kept.officer,
        at=kept.at,
        seq=kept.seq,
        device=kept.device,
    )
