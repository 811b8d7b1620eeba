"""Samples: drawn at the container, handed on, judged by a laboratory days later."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from services.inspection.api import forms, views
from services.inspection.api.acting import Ask, Officer
from services.inspection.domain import sampling
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Moment
from shared.http.body import json_body
from shared.http.idempotency import KEYED
from shared.http.model import StrictModel, Text

Number = Annotated[int, Path(ge=1, le=sampling.MOST)]
Short = Annotated[str, Text(max=120)]

router = APIRouter(prefix="/v1/cases/{case_id}/samples", tags=["samples"], dependencies=[KEYED])


class DrawIn(StrictModel):
    """A sample: what was taken, under which seal, for which laboratory.

    Of a container or goods line where it is of one; without, of all the cargo.
    """

    what: Annotated[str, Text(max=500)]
    seal: forms.SealNumber
    laboratory: Short
    container: forms.ContainerNumber | None = None
    line: Annotated[int, Field(ge=1, le=9999)] | None = None

    def value(self) -> sampling.Draw:
        """As the domain says it."""
        return sampling.Draw(**self.model_dump())


class HandOverIn(StrictModel):
    """To whom the sample goes, and whether its seal was whole then."""

    to: Short
    seal_intact: bool


class JudgeIn(StrictModel):
    """What the laboratory found, by its report."""

    conforms: bool
    report: Short
    text: Annotated[str, Text(max=2000, lines=True)]


@router.post("", response_model=views.CaseOut)
async def draw(ask: Ask, who: Officer, body: Annotated[DrawIn, json_body(DrawIn)]) -> Response:
    """Draw a sample, where your section goes as deep as samples; you hold it first.

    What it stands for is concluded on after its result, or suspended until then.
    """

    def step(case: Case, actor: Actor, now: Moment) -> Change:
        return sampling.draw(case, body.value(), who=actor, now=now)

    return await ask.answer(who, step)


@router.post("/{number}/handovers", response_model=views.CaseOut)
async def hand_over(
    ask: Ask, number: Number, who: Officer, body: Annotated[HandOverIn, json_body(HandOverIn)]
) -> Response:
    """The sample goes from its holder to the next one."""

    def step(case: Case, actor: Actor, now: Moment) -> Change:
        return sampling.hand_over(
            case, number, to=body.to, seal_intact=body.seal_intact, who=actor, now=now
        )

    return await ask.answer(who, step)


@router.post("/{number}/result", response_model=views.CaseOut)
async def judge(
    ask: Ask, number: Number, who: Officer, body: Annotated[JudgeIn, json_body(JudgeIn)]
) -> Response:
    """The laboratory's result has come. The conclusion is still yours."""

    def step(case: Case, actor: Actor, now: Moment) -> Change:
        return sampling.judge(
            case,
            number,
            conforms=body.conforms,
            report=body.report,
            text=body.text,
            who=actor,
            now=now,
        )

    return await ask.answer(who, step)
