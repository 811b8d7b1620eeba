"""Texts of the message as values of a filing, and back: one pair for each kind of value."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import pycountry

from services.declaration import dictionary
from services.declaration.message.rules import Unfit
from shared.http import faults


class Pair(NamedTuple):
    """`value` raises Unfit."""

    value: Callable[[str], Any]
    text: Callable[[Any], str]


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Unfit(faults.BAD_FORMAT, example="12")
    return int(text)


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise Unfit(faults.NOT_IN_LIST, allowed=["0", "1"])
    return text == "1"


def _day(text: str) -> str:
    told = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", text)
    try:
        return date(*map(int, told.groups())).isoformat() if told else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> str:
    raise Unfit(faults.BAD_FORMAT, example="20260701")


def _country(text: str) -> str:
    found = pycountry.countries.get(alpha_3=text) if re.fullmatch(r"[A-Z]{3}", text) else None
    if found is None:
        raise Unfit(faults.NOT_IN_LIST, list="countries", example="AUS")
    return str(found.alpha_2)


def _country_text(code: str) -> str:
    found = pycountry.countries.get(alpha_2=code)
    return code if found is None else str(found.alpha_3)


@lru_cache(maxsize=1)
def _units() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The message's code to the filing's, and back."""
    units = dictionary.stored("message_forms")["lists"]["units"]
    conversions = {each["id"]: each for each in dictionary.stored("conversions")}
    read: dict[str, str] = conversions[units["table"]]["table"]
    written = {unit: code for code, unit in read.items()} | units["written"]
    return read, written


def _unit(text: str) -> str:
    read, written = _units()
    if (text.isdecimal() and text not in read) or text in written:
        raise Unfit(faults.NOT_IN_LIST, list="units", example="035")
    return read.get(text, text)


PLAIN = Pair(str, str)
"""As it is; numbers too, whose text is exact."""

OF_KIND: Mapping[str, Pair] = {
    "text": PLAIN,
    "code": PLAIN,
    "number": PLAIN,
    "moment": PLAIN,
    "whole": Pair(_whole, str),
    "flag": Pair(_flag, lambda value: "1" if value else "0"),
    "day": Pair(_day, lambda value: str(value).replace("-", "")),
    "countries": Pair(_country, _country_text),
    "units": Pair(_unit, lambda value: _units()[1].get(value, value)),
}


def moment_at(day: str, midnight: Callable[[date], datetime]) -> str:
    """The moment at which a day begins."""
    return midnight(date.fromisoformat(day)).isoformat()
