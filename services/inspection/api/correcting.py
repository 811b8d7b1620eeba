"""Corrections of what was recorded: proposed, confirmed, and read beside what they correct."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import corrections, marks, queries, store
from services.inspection.api import forms, views
from services.inspection.api.acting import Acting, Ask
from services.inspection.api.editions import Zone
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.api.tracking import AtTheContainer
from services.inspection.domain import correcting
from services.inspection.domain.case import Case
from services.inspection.domain.records import Record
from shared.auth.principal import Principal, Role
from shared.http.body import json_body
from shared.http.idempotency import KEYED
from shared.http.model import StrictModel, Text

Seq = Annotated[int, Path(ge=1, lt=2**31)]

router = APIRouter(prefix="/v1/cases/{case_id}/corrections", tags=["corrections"])


class CorrectIn(StrictModel):
    """What is right of a record, field by field, and why it is corrected."""

    record: Annotated[int, Field(ge=1, lt=2**31)]
    facts: Annotated[
        dict[str, Annotated[str, Text(max=1000, lines=True)]], Field(min_length=1, max_length=5)
    ]
    reason: forms.Reason


class ConfirmIn(StrictModel):
    """Nothing more to say: the caller is the second person."""


class CorrectionOut(BaseModel):
    """A correction of the record `corrects`; `confirmed`: it holds, by whom it was confirmed."""

    seq: int
    corrects: int
    before: dict[str, Any]
    facts: dict[str, str]
    reason: str
    proposed_by: str
    confirmed: bool
    confirmed_by: str | None
    at: datetime


class CorrectionsOut(BaseModel):
    """A case's corrections, the oldest first."""

    items: list[CorrectionOut]


@router.post("", response_model=views.CaseOut, dependencies=[KEYED])
async def correct(
    ask: Ask, who: AtTheContainer, zone: Zone, body: Annotated[CorrectIn, json_body(CorrectIn)]
) -> Response:
    """Correct a record of your office; once it has concluded, a second person confirms."""

    async def work(session: AsyncSession, acting: Acting) -> Case:
        return await corrections.correct(
            session,
            ask.case_id,
            body.record,
            body.facts,
            reason=body.reason,
            yard=_yard(who),
            zone=zone,
            **acting,
        )

    return await ask.keep(who, work)


@router.post("/{seq}/confirm", response_model=views.CaseOut, dependencies=[KEYED])
async def confirm(
    ask: Ask,
    seq: Seq,
    who: AtTheContainer,
    zone: Zone,
    _: Annotated[ConfirmIn, json_body(ConfirmIn)],
) -> Response:
    """Confirm a correction that another person of your office proposed."""

    async def work(session: AsyncSession, acting: Acting) -> Case:
        return await corrections.confirm(
            session, ask.case_id, seq, yard=_yard(who), zone=zone, **acting
        )

    return await ask.keep(who, work)


@router.get("")
async def read_corrections(case_id: UUID, who: Inspector, kit: TheKit) -> CorrectionsOut:
    """Every correction beside what it corrects."""
    kinds = (*correcting.CORRECTABLE, correcting.PROPOSED, correcting.CORRECTED)
    async with kit.database.connect() as connection:
        await queries.case(connection, case_id)
        found = await store.of_kinds(connection, [case_id], kinds)
        hidden = await marks.hidden(connection, case_id, who)
    shown = {each.seq: each for each in found if each.seq not in hidden}
    return CorrectionsOut(items=_corrections(shown))


def _yard(who: Principal) -> str | None:
    return who.organisation if who.role is Role.YARD else None


def _corrections(by_seq: dict[int, Record]) -> list[CorrectionOut]:
    confirmed = {
        seq: each
        for each in by_seq.values()
        if isinstance(seq := each.payload.get("proposal"), int)
    }
    return [
        _correction(each, by_seq, confirmed.get(each.seq))
        for each in by_seq.values()
        if each.kind == correcting.PROPOSED
        or (each.kind == correcting.CORRECTED and "proposal" not in each.payload)
    ]


def _correction(each: Record, by_seq: dict[int, Record], second: Record | None) -> CorrectionOut:
    told: dict[str, Any] = dict(each.payload)
    before = by_seq[told["corrects"]].payload
    return CorrectionOut(
        seq=each.seq,
        corrects=told["corrects"],
        before={name: before.get(name) for name in told["facts"]},
        facts=told["facts"],
        reason=told["reason"],
        proposed_by=each.actor.subject,
        confirmed=each.kind == correcting.CORRECTED or second is not None,
        confirmed_by=second.actor.subject if second else None,
        at=each.times.yard,
    )
