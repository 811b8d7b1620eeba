"""The text of a cell as a value of a filing."""

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from services.declaration.bulk.columns import Column
from services.declaration.bulk.rules import FORMULA_ERROR, FORMULA_WITHOUT_VALUE
from services.declaration.domain.dictionary import Kind
from shared.http import faults
from shared.http.faults import Rule

BETWEEN = ";"
ERRORS = frozenset(
    {
        *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
        *("#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#GETTING_DATA", "#UNKNOWN!"),
    }
)
"""What spreadsheet programs show and save for a formula that has no value."""
UNSTORED = "\0"
"""A formula whose value is not in the file: no text of any cell."""
_YES = frozenset({"1", "true", "yes", "y", "是"})
_NO = frozenset({"0", "false", "no", "n", "否"})
_DAY = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})")
_MOMENT = re.compile(r"(.{8,10})[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


class Unfit(Exception):
    """The cell is no value for its column."""

    def __init__(self, rule: Rule, **facts: Any) -> None:
        super().__init__(rule.code)
        self.rule = rule
        self.facts = facts


def value(text: str, column: Column, *, zone: tzinfo) -> Any:
    """What goes into the filing. Moments without an offset are of the zone. Raises Unfit."""
    if text == UNSTORED:
        raise Unfit(FORMULA_WITHOUT_VALUE)
    if text in ERRORS:
        raise Unfit(FORMULA_ERROR, found=text)
    if not column.several:
        return _one(text, column, zone)
    parts = [part.strip() for part in re.split("[;；]", text)]
    return [_one(part, column, zone) for part in parts if part]


def _one(text: str, column: Column, zone: tzinfo) -> Any:
    if column.kind is Kind.FLAG:
        return _flag(text)
    if column.kind is Kind.DAY:
        return _day(text).isoformat()
    if column.kind is Kind.MOMENT:
        return _moment(text, zone)
    if column.kind is Kind.NUMBER:
        return _number(text, column)
    return text


def _flag(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise Unfit(faults.NOT_IN_LIST, allowed=["1", "0", "是", "否"])


def _day(text: str) -> date:
    told = _DAY.fullmatch(text)
    if told is None or (not told[2] and len(text) != 8):
        raise Unfit(faults.BAD_FORMAT, example="2026-07-01")
    try:
        return date(int(told[1]), int(told[3]), int(told[4]))
    except ValueError:
        raise Unfit(faults.BAD_FORMAT, example="2026-07-01") from None


def _moment(text: str, zone: tzinfo) -> str:
    """With an offset as it is; the shape's own rule judges it."""
    told = _MOMENT.fullmatch(text)
    if told is None:
        return text
    day = _day(told[1])
    try:
        local = datetime(
            *(day.year, day.month, day.day),
            *(int(told[2]), int(told[3]), int(told[4] or 0)),
            tzinfo=zone,
        )
    except ValueError:
        raise Unfit(faults.BAD_FORMAT, example="2026-07-01 08:30") from None
    return local.astimezone(UTC).isoformat()


def _number(text: str, column: Column) -> Any:
    """Its exact text; a whole number where the field counts."""
    whole = column.field.precision == 0 or column.field.type is Kind.LIST
    if not whole:
        return text
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Unfit(faults.BAD_FORMAT, example="12")
    return int(text)
