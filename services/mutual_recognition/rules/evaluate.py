"""Evaluate a table for one filing. Nothing here decides that a filing is let through by mistake:
a row that cannot be evaluated is reported as broken, and the caller takes the careful way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from services.mutual_recognition.rules import inputs as input_data
from services.mutual_recognition.rules.inputs import InputFault, Inputs, Kind, Value
from services.mutual_recognition.rules.table import Cell, Operator, Range, Row, Table

_ROW_ERRORS = (InputFault, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Hit:
    """A row that is met, or that could not be evaluated: then `fault` says why."""

    row: Row
    fault: str | None = None


def hits(table: Table, inputs: Inputs, *, on: date) -> Iterator[Hit]:
    """The rows in force that are met or broken, in the table's order."""
    for row in table.rows:
        if not row.valid(on):
            continue
        try:
            met = _met(row, inputs)
        except _ROW_ERRORS as error:
            yield Hit(row, fault=str(error) or type(error).__name__)
        else:
            if met:
                yield Hit(row)


def first(table: Table, inputs: Inputs, *, on: date) -> Hit | None:
    """The first row that is met or broken; None if not even the last one is in force."""
    return next(hits(table, inputs, on=on), None)


def _met(row: Row, inputs: Inputs) -> bool:
    of_a_line = row.of_a_line
    if of_a_line and not inputs.lines:
        raise InputFault("there are no goods lines")
    # Lists, not generators: every cell is read, so a broken input is found whatever others say.
    filing_meets = [_holds(cell, inputs.filing) for cell in row.of_the_filing]
    lines_meet = [[_holds(cell, line) for cell in of_a_line] for line in inputs.lines]
    return all(filing_meets) and (not of_a_line or any(map(all, lines_meet)))


def _holds(cell: Cell, values: Mapping[str, Value]) -> bool:
    if cell.op is Operator.ANY:
        return True
    actual = input_data.read(values, cell.input, _kind(cell.input))
    return _OPERATORS[cell.op](cell, actual)


@cache
def _kind(name: str) -> Kind:
    if name.startswith((input_data.RATING, input_data.SCOPE)):
        return Kind.TEXT
    kind = input_data.kind_of(name, agencies=())
    if kind is None:
        raise InputFault(f"there is no input {name}")
    return kind


def _equals(cell: Cell, actual: Value) -> bool:
    if type(cell.value) is not type(actual):
        raise InputFault(f"{cell.input} cannot equal {cell.value!r}")
    return cell.value == actual


def _in(cell: Cell, actual: Value) -> bool:
    _list(cell)
    return not cell.words.isdisjoint(actual if isinstance(actual, tuple) else (actual,))


def _prefix(cell: Cell, actual: Value) -> bool:
    if not isinstance(actual, str):
        raise InputFault(f"{cell.input} has no prefix")
    return actual.startswith(_list(cell))


def _range(cell: Cell, actual: Value) -> bool:
    limits = cell.value
    if not isinstance(limits, Range) or isinstance(actual, bool | str | tuple):
        raise InputFault(f"{cell.input} has no range")
    above = limits.min is None or actual >= limits.min
    return above and (limits.below is None or actual < limits.below)


def _list(cell: Cell) -> tuple[str, ...]:
    if not isinstance(cell.value, tuple):
        raise InputFault(f"{cell.input} is compared with no list")
    return cell.value


_OPERATORS = {
    Operator.EQUALS: _equals,
    Operator.IN: _in,
    Operator.PREFIX: _prefix,
    Operator.RANGE: _range,
}
