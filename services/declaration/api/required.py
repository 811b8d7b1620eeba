"""What must be filled in for some goods, asked before anything is filed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel

from services.declaration import dictionary
from services.declaration.api.reference import Anybody, Today
from services.declaration.domain import required
from services.declaration.domain.checks import around
from services.declaration.domain.dictionary import Dictionary, Words
from services.declaration.domain.required import Answer, Asked, AskedItem, Goods
from services.declaration.parts import Code
from shared import errors
from shared.contracts.values import Direction, Said
from shared.http.body import json_body
from shared.http.model import Day, StrictModel

router = APIRouter(prefix="/v1/reference", tags=["reference"])

TAKEN_FROM_THE_ORIGIN = "/country_of_departure"


class GoodsIn(StrictModel):
    """What is known of a consignment of one goods line; `full`: it states a declaration type.

    Without an origin, the goods are taken to be from no epidemic area. `at` is today unless told.
    """

    hs_code: Code
    direction: Direction
    transport_mode: Code
    package_type: Code
    origin: Code | None = None
    wooden_packing: bool = False
    dangerous_goods: bool = False
    full: bool = True
    at: Day | None = None

    def goods(self) -> Goods:
        """The same as a value of the domain."""
        return Goods(**self.model_dump(exclude={"at"}))


class AskedFieldOut(BaseModel):
    """The answer for one field of an item."""

    pointer: str
    zh: str
    en: str
    code_list: str | None
    answer: Answer
    reasons: list[Said]


class AskedItemOut(BaseModel):
    """An item with the reasons of its answer; where it is not asked, they say when it would be."""

    number: int | None
    id: str
    zh: str
    en: str
    group: str
    agency: str
    reasons: list[Said]
    fields: list[AskedFieldOut]

    @classmethod
    def of(cls, told: AskedItem) -> Self:
        """The answer for an item."""
        item = told.item
        names = {"number": item.number, "id": item.id, "zh": item.zh, "en": item.en}
        return cls(
            **names,
            group=item.group,
            agency=item.agency,
            reasons=_said(told.reasons),
            fields=[_field(each, told) for each in told.fields],
        )


class RequiredOut(BaseModel):
    """The items that must be filled in, those that may be, and those that are not asked."""

    at: date
    must: list[AskedItemOut]
    may: list[AskedItemOut]
    not_asked: list[AskedItemOut]


@router.post("/required")
async def must_fill(
    _: Anybody, today: Today, form: Annotated[GoodsIn, json_body(GoodsIn)]
) -> RequiredOut:
    """What must I fill in? Raises Faults where a code is not of its list."""
    day = form.at or today
    asked, goods = dictionary.at(day), form.goods()
    found = tuple(_faults(goods, asked))
    if found:
        raise errors.Faults(*found)
    told = required.asked(goods, asked)
    by_answer = {
        answer.value: [AskedItemOut.of(each) for each in told if each.answer is answer]
        for answer in Answer
    }
    return RequiredOut(at=day, **by_answer)


def _faults(goods: Goods, asked: Dictionary) -> Iterator[errors.Fault]:
    """The faults of the codes, as a filing would be told of them, where they stand in the form."""
    known = required.document(goods, asked)
    for fault in around.codes(known, dictionary=asked):
        if fault.pointer != TAKEN_FROM_THE_ORIGIN:
            yield replace(fault, pointer=fault.pointer.removeprefix("/lines/0"))


def _field(told: Asked, within: AskedItem) -> AskedFieldOut:
    field, item = told.field, within.item
    return AskedFieldOut(
        pointer=field.pointer,
        zh=field.zh or item.zh,
        en=field.en or item.en,
        code_list=field.code_list,
        answer=told.answer,
        reasons=_said(told.reasons),
    )


def _said(words: tuple[Words, ...]) -> list[Said]:
    return [Said(en=each.en, zh=each.zh) for each in words]
