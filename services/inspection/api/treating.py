"""Treatments that conclusions ordered: their kinds, what is due, and what became of them."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, TypeAdapter

from services.inspection import treatments
from services.inspection.api import views
from services.inspection.api.acting import Ask, Officer
from services.inspection.api.editions import Zone
from services.inspection.api.reading import Inspector, TheKit
from services.inspection.domain import ordering, treating
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Moment
from services.inspection.domain.treatments import Treatment, kinds
from services.inspection.treatments import Listed
from shared.contracts.values import Agency, Said
from shared.http.body import json_body
from shared.http.idempotency import KEYED
from shared.http.model import Number, StrictModel, Text
from shared.http.paging import (
    DEFAULT_LIMIT,
    Cursor,
    KeyMoment,
    KeyNumber,
    Limit,
    Page,
    decode_cursor,
    page,
)

KEY: TypeAdapter[treatments.Key] = TypeAdapter(tuple[KeyMoment, UUID, Agency, KeyNumber])
TreatmentNumber = Annotated[int, Path(ge=1, le=ordering.MOST)]

router = APIRouter(prefix="/v1", tags=["treatments"])


class TreatedIn(StrictModel):
    """What became of a treatment: done, or failed. `text` says what was seen.

    One that is done has the certificate and the figures that its kind is judged by: `dose` in the
    kind's unit, `hours`, `celsius`.
    """

    done: bool
    text: Annotated[str, Text(max=1000, lines=True)]
    certificate: Annotated[str, Text(max=120)] | None = None
    dose: Annotated[Decimal, Number(digits=12, places=3, le=1_000_000)] | None = None
    hours: Annotated[Decimal, Number(digits=12, places=3, le=10_000)] | None = None
    celsius: Annotated[Decimal, Number(digits=12, places=3, ge=-100, le=1_000)] | None = None

    def value(self, number: int) -> treating.Result:
        """As the domain says it."""
        return treating.Result(number, **self.model_dump())


class KindOut(BaseModel):
    """A kind of treatment; `figures` are those that it is judged by, each with its unit."""

    code: str
    said: Said
    valid_from: date
    valid_until: date | None
    certificate: bool
    figures: dict[str, str]


class KindsOut(BaseModel):
    """Kinds of treatments."""

    items: list[KindOut]


class TreatmentOut(BaseModel):
    """A treatment with its case; `yard` is where it was ordered."""

    case_id: UUID
    filing_id: UUID
    yard: str | None
    agency: str
    treatment: Treatment


@router.get("/treatments/kinds")
async def read_kinds(_: Inspector, kit: TheKit, zone: Zone, at: date | None = None) -> KindsOut:
    """What may be ordered on a day, today unless told."""
    day = at or kit.clock.yard().astimezone(zone).date()
    found = [each for each in kinds().values() if each.on(day)]
    return KindsOut(items=[KindOut.model_validate(each, from_attributes=True) for each in found])


@router.get("/treatments")
async def list_treatments(
    _: Inspector,
    kit: TheKit,
    yard: Annotated[str | None, Query(max_length=64)] = None,
    agency: Agency | None = None,
    settled: Annotated[bool | None, Query(description="Told, or not needed any more.")] = None,
    overdue: Annotated[bool | None, Query(description="Not told in time.")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[TreatmentOut]:
    """Treatments that either agency ordered, those due first first."""
    after = decode_cursor(cursor, KEY)
    wanted = treatments.Wanted(yard=yard, agency=agency, settled=settled, overdue=overdue)
    async with kit.database.connect() as connection:
        found = await treatments.find(connection, wanted, after=after, limit=limit + 1)
    some = page(found, limit=limit, key=_key)
    return Page(items=[TreatmentOut(**vars(each)) for each in some.items], next=some.next)


@router.post(
    "/cases/{case_id}/treatments/{number}/result",
    response_model=views.CaseOut,
    dependencies=[KEYED],
)
async def tell(
    ask: Ask,
    number: TreatmentNumber,
    who: Officer,
    body: Annotated[TreatedIn, json_body(TreatedIn)],
) -> Response:
    """Record what became of a treatment of your section, once. The conclusion is still yours.

    One that failed is an alarm to the supervisors of both agencies, as one that is overdue is.
    """

    def step(case: Case, actor: Actor, now: Moment) -> Change:
        return treating.tell(case, body.value(number), who=actor, now=now)

    return await ask.answer(who, step)


def _key(each: Listed) -> treatments.Key:
    return each.treatment.due, each.case_id, each.agency, each.treatment.number
