"""Conversions of shapes, lengths and units. They raise Asked."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from services.declaration.domain.legacy import Conversion
from services.declaration.merging.asking import Around, Asked, Convert, every, looked_up
from services.declaration.merging.values import Measure, kilograms, tidy
from shared.http.model import FIRST_YEAR, LAST_YEAR

MONTHS = 1_200
"""The longest shelf life that is told in months."""


def short(most: int) -> Convert:
    def convert(value: Any, _: Conversion, __: Around) -> Any:
        texts = value.values() if isinstance(value, Mapping) else (value,)
        if any(len(tidy(each)) > most for each in texts if isinstance(each, str)):
            raise Asked
        return value

    return convert


def hs_digits(value: Any, _: Conversion, __: Around) -> Any:
    digits = re.sub(r"[^0-9]", "", tidy(value))
    return {"hs_code": digits[:10].ljust(10, "0"), "ciq_code": digits[10:13] or None}


def hs_parts(value: Any, _: Conversion, __: Around) -> Any:
    return (value["code"] + (value.get("additional") or "")).ljust(10, "0")


def shelf_life(value: Any, _: Conversion, around: Around) -> Any:
    told = re.fullmatch(r"([0-9]{1,5}) ?(天|日|个月|月|年)?", tidy(value))
    if told is None:
        raise Asked
    number, unit = int(told[1]), told[2]
    if unit in (None, "天", "日"):
        return number
    if unit == "年":
        return 365 * number
    begun = _day((around.part.get("production_dates") or "")[:8])
    if number > MONTHS:
        raise Asked
    months = begun.month - 1 + number
    ends = dt.date(begun.year + months // 12, months % 12 + 1, min(begun.day, 28))
    return (ends - begun.replace(day=min(begun.day, 28))).days


def weight(value: Any, _: Conversion, __: Around) -> Any:
    unit = looked_up(value["unit"], every()["inspection_unit"])
    weight = kilograms(Measure(value["weight"], unit))
    if weight is None:
        raise Asked
    return weight


def party(value: Any, _: Conversion, around: Around) -> Any:
    """The code is that of the form's own agency; only the customs form has a direction."""
    code = "customs_code" if around.part.get("direction") else "ciq_code"
    return {(code if name == "code" else name): each for name, each in value.items()}


def charge(value: Any, _: Conversion, __: Around) -> Any:
    return {"basis": value["mark"], "amount": value["rate"], "currency": value.get("currency")}


def marks(value: Any, _: Conversion, around: Around) -> Any:
    marks = value if isinstance(value, Mapping) else {around.item.id: value}
    return tuple(sorted(tidy(name) for name, mark in marks.items() if tidy(mark) == "1"))


def confirmations(value: Any, _: Conversion, __: Around) -> Any:
    names = ("special_relation", "price_influence", "royalty", "formula_price", "provisional_price")
    answers = {"1": True, "0": False}
    return {name: answers.get(one) for name, one in zip(names, tidy(value), strict=False)}


def positions(value: Any, _: Conversion, __: Around) -> Any:
    return tuple(str(n) for n, one in enumerate(tidy(value), start=1) if one == "1")


def certificates(value: Any, _: Conversion, __: Around) -> Any:
    columns = [
        [tidy(each) for each in value[n].split(",")] for n in ("codes", "originals", "copies")
    ]
    if len({len(column) for column in columns}) != 1 or not all(
        each.isdecimal() for column in columns[1:] for each in column
    ):
        raise Asked
    return tuple(
        {"code": code, "originals": int(originals), "copies": int(copies)}
        for code, originals, copies in zip(*columns, strict=True)
    )


def split(separator: str) -> Convert:
    def convert(value: Any, _: Conversion, around: Around) -> Any:
        parts = value if not isinstance(value, str) else re.split(separator, value)
        found = [tidy(each) for each in parts if tidy(each)]
        if around.item.id == "attachments":
            return tuple({"type": each} for each in found)
        return tuple(found)

    return convert


def date(value: Any, _: Conversion, __: Around) -> Any:
    if isinstance(value, tuple):
        return tuple(_day(each) for each in value)
    return _day(tidy(value))


def _day(said: str) -> dt.date:
    told = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", said)
    try:
        day = dt.date(*map(int, told.groups())) if told else None
    except ValueError as error:
        raise Asked from error
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Asked
    return day


def same(value: Any, _: Conversion, __: Around) -> Any:
    return value
