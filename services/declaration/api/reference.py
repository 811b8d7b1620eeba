"""The data dictionary and the code lists over HTTP, as they are on a day."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel

from services.declaration import dictionary
from services.declaration.dictionary import described
from services.declaration.domain.dictionary import Item, Kind, Obligation, Origin
from services.declaration.settings import Settings
from shared import errors
from shared.auth import guard
from shared.auth.principal import Principal, Role
from shared.contracts.values import Said
from shared.http.model import Day
from shared.kit import Kit
from shared.reference import codes

router = APIRouter(prefix="/v1/reference", tags=["reference"])

Anybody = Annotated[Principal, guard.allowed(*Role)]
At = Annotated[Day | None, Query(description="The day in question; today unless told.")]
KEPT = 8


class NoSuchList(errors.NotFound):
    """There is no code list of this name."""

    zh = "没有此名称的代码表。"
    mend = "Choose one of the lists that are named."
    mend_zh = "请选用所列的代码表。"


class FieldOut(BaseModel):
    """One field of an item: one place of a filing's JSON, `*` for each entry of a list.

    `length` counts characters, or digits, of which `precision` after the point.
    """

    id: str
    pointer: str
    zh: str
    en: str
    type: Kind
    obligation: Obligation
    required_when: list[Said] = []
    length: int | None = None
    precision: int | None = None
    code_list: str | None = None
    nodes: list[str] = []
    example: str | int | bool | None = None


class ItemOut(BaseModel):
    """One thing a broker declares. What this system alone asks has no number.

    `nodes` are those of the message DecMessage. 9999-12-31: no end is known.
    """

    number: int | None
    id: str
    zh: str
    en: str
    group: str
    origin: Origin
    agency: str
    obligation: Obligation
    valid_from: date
    valid_to: date
    source: Said | None
    nodes: list[str]
    fields: list[FieldOut]


class ItemsOut(BaseModel):
    """The merged declaration's items on a day by number, and what this system asks beside them."""

    at: date
    items: list[ItemOut]
    own: list[ItemOut]


class CodeOut(BaseModel):
    """One code. 0001-01-01 and 9999-12-31: no beginning or no end is known."""

    code: str
    zh: str
    en: str
    valid_from: date
    valid_to: date


class CodesOut(BaseModel):
    """The codes of a list that may be used on a day."""

    name: str
    at: date
    items: list[CodeOut]


async def today(request: Request) -> date:
    """The yard's calendar day."""
    kit: Kit = request.app.state.kit
    settings: Settings = request.app.state.settings
    return settings.day_of(kit.clock.yard())


Today = Annotated[date, Depends(today)]


@router.get("/items", response_model=ItemsOut)
async def items(_: Anybody, now: Today, at: At = None) -> Response:
    """The data dictionary in force on a day."""
    return Response(_items(at or now), media_type="application/json")


@router.get("/{list}")
async def one_list(
    _: Anybody, now: Today, name: Annotated[str, Path(alias="list", max_length=64)], at: At = None
) -> CodesOut:
    """A code list as it is on a day. Raises NoSuchList."""
    day = at or now
    if name not in codes.LISTS:
        raise NoSuchList(lists=codes.LISTS)
    known = codes.known(name, on=day).values()
    told = [CodeOut.model_validate(code, from_attributes=True) for code in known]
    return CodesOut(name=name, at=day, items=told)


@lru_cache(maxsize=KEPT)
def _items(day: date) -> bytes:
    asked = dictionary.at(day)
    every = {item.id: item for item in (asked.owners[field.pointer] for field in asked.items)}
    own = [item for item in every.values() if item.number is None]
    found = ItemsOut(at=day, items=_told(asked.merged), own=_told(own))
    return found.model_dump_json().encode()


def _told(those: Iterable[Item]) -> list[ItemOut]:
    return [ItemOut.model_validate(described.item(item)) for item in those]
