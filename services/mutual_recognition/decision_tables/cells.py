"""Whether a condition fits the input that it is put on: the operator its kind, the value both."""

from collections.abc import Callable, Mapping

from services.mutual_recognition.decision_tables.dictionary import Dictionary, Input, Kind
from services.mutual_recognition.decision_tables.scales import listed
from services.mutual_recognition.decision_tables.table import Cell, Days, Operator, Range

CODE_DIGITS = range(2, 11)
"""An HS code has ten digits in our tariff, and its leading two are a chapter."""

OPERATORS: Mapping[Kind, frozenset[Operator]] = {
    Kind.TEXT: frozenset({Operator.EQUALS, Operator.IN}),
    Kind.CODE: frozenset({Operator.EQUALS, Operator.IN, Operator.PREFIX}),
    Kind.NUMBER: frozenset({Operator.RANGE}),
    Kind.DAY: frozenset({Operator.DAYS}),
    Kind.FLAG: frozenset({Operator.EQUALS}),
    Kind.CODES: frozenset({Operator.IN}),
}


def misfit(cell: Cell, dictionary: Dictionary) -> tuple[str, str] | None:
    """What is wrong with a condition: a fault's code and the part of the cell; None if it fits."""
    asked = dictionary.get(cell.input)
    if asked is None:
        return "unknown_input", "input"
    if cell.op is Operator.ANY:
        return None if cell.value is None else ("value_does_not_fit", "value")
    if cell.op not in OPERATORS[asked.kind]:
        return "operator_does_not_fit", "op"
    if not _FITS[cell.op](cell, asked):
        return "value_does_not_fit", "value"
    if asked.words and not set(listed(cell)) <= asked.words:
        return "value_never_occurs", "value"
    return None


def _equals(cell: Cell, asked: Input) -> bool:
    return isinstance(cell.value, bool if asked.kind is Kind.FLAG else str)


def _in(cell: Cell, _asked: Input) -> bool:
    return isinstance(cell.value, tuple) and bool(cell.value)


def _prefix(cell: Cell, asked: Input) -> bool:
    return _in(cell, asked) and all(
        len(each) in CODE_DIGITS and each.isascii() and each.isdigit() for each in listed(cell)
    )


def _range(cell: Cell, _asked: Input) -> bool:
    limits = cell.value
    if not isinstance(limits, Range) or (limits.min is None and limits.below is None):
        return False
    return limits.min is None or limits.below is None or limits.min < limits.below


def _days(cell: Cell, _asked: Input) -> bool:
    limits = cell.value
    if not isinstance(limits, Days) or (limits.first is None and limits.last is None):
        return False
    return limits.first is None or limits.last is None or limits.first <= limits.last


_FITS: Mapping[Operator, Callable[[Cell, Input], bool]] = {
    Operator.EQUALS: _equals,
    Operator.IN: _in,
    Operator.PREFIX: _prefix,
    Operator.RANGE: _range,
    Operator.DAYS: _days,
}
