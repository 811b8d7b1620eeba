"""Standing instructions over HTTP: whose value stands in a merge's real conflicts, item by item."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import instructions
from services.declaration.api.filings import Ask, Asked, Broker, InKit
from services.declaration.api.reference import Today
from services.declaration.domain.instruction import in_force
from services.declaration.merging import instructed
from services.declaration.merging.rules import Form
from shared import errors
from shared.http import idempotency
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.http.model import Day, StrictModel
from shared.http.paging import Page

router = APIRouter(prefix="/v1/standing-instructions", tags=["merges"])

Item = Annotated[str, Path(max_length=64)]


class ItemNotOfBothForms(errors.NotFound):
    """No such item stood on both forms, so they cannot disagree on it."""

    zh = "该项目并非两单共有，不会出现两单不一致。"
    mend = "Choose one of the items that are named."
    mend_zh = "请选用所列的项目。"


class InstructionIn(StrictModel):
    """Which form's value stands, from a day on; from today unless told."""

    take: Form
    valid_from: Day | None = None


class VersionOut(BaseModel):
    """One version. `take` null: from that day on the broker is asked again."""

    version: int
    take: Form | None
    valid_from: date
    given_by: str
    given_at: datetime


class InstructionOut(BaseModel):
    """The instruction for an item with all its versions; `in_force` is the one that holds today."""

    item: str
    in_force: int | None
    versions: list[VersionOut]

    @classmethod
    def of(cls, rows: Sequence[RowMapping], *, today: date) -> Self:
        """The answer for all versions of one item."""
        item = rows[0]["item"]
        holds = in_force((instructions.of(row) for row in rows), day=today).get(item)
        versions = [VersionOut.model_validate(dict(row)) for row in rows]
        return cls(item=item, in_force=holds and holds.version, versions=versions)


@router.get("")
async def list_instructions(who: Broker, kit: InKit, today: Today) -> Page[InstructionOut]:
    """The company's own instructions, by item; there are at most as many as items of both forms."""
    async with kit.database.connect() as connection:
        rows = await instructions.of_broker(connection, who.organisation)
    items = {row["item"]: [each for each in rows if each["item"] == row["item"]] for row in rows}
    return Page(items=[InstructionOut.of(each, today=today) for each in items.values()])


@router.get("/{item}")
async def read(item: Item, who: Broker, kit: InKit, today: Today) -> InstructionOut:
    """The company's own instruction for an item. Raises InstructionNotFound."""
    async with kit.database.connect() as connection:
        rows = await instructions.of_broker(connection, who.organisation, item=item)
    if not rows:
        raise instructions.InstructionNotFound(item=item)
    return InstructionOut.of(rows, today=today)


@router.put("/{item}", response_model=InstructionOut, dependencies=[idempotency.KEYED])
async def give(
    item: Item, ask: Ask, form: Annotated[InstructionIn, json_body(InstructionIn)]
) -> Response:
    """Give an instruction, or its next version; the same again changes nothing."""
    if item not in instructed.items():
        raise ItemNotOfBothForms(item=item, items=sorted(instructed.items()))
    return await _next(ask, item, take=form.take, valid_from=form.valid_from)


@router.delete("/{item}", response_model=InstructionOut, dependencies=[idempotency.KEYED])
async def take_back(item: Item, ask: Ask) -> Response:
    """Be asked again from today on. Versions are kept. Raises InstructionNotFound."""
    return await _next(ask, item, take=None, valid_from=None)


async def _next(ask: Asked, item: str, *, take: Form | None, valid_from: date | None) -> Response:
    broker, today = ask.who.organisation, ask.now.day

    async def work(session: AsyncSession) -> Answer:
        await instructions.give(
            session,
            broker=broker,
            item=item,
            take=take,
            valid_from=valid_from or today,
            given_by=ask.who.subject,
            now=ask.now.wall,
        )
        rows = await instructions.of_broker(session, broker, item=item)
        return Answer(200, InstructionOut.of(rows, today=today))

    return await ask.answer(work)
