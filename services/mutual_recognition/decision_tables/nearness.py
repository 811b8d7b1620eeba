"""Rows that nearly decided. Nobody needs them to decide, so they are found when one asks why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.mutual_recognition.decision_tables.dictionary import InputFault, Inputs, Value
from services.mutual_recognition.decision_tables.index import ON, Column, Index, numbers
from services.mutual_recognition.decision_tables.table import Cell, Row


@dataclass(frozen=True)
class Near:
    """A row in force that did not decide; `unmet` is what it asks and the filing does not meet.

    Without any, it is met, and a row before it decided. `line` is the place of the goods line that
    comes nearest, if the row asks something of a line.
    """

    row: Row
    unmet: tuple[Cell, ...]
    line: int | None = None


def near(
    index: Index, inputs: Inputs, *, on: date, decided: Sequence[Row], most_unmet: int = 1
) -> Iterator[Near]:
    """The rows that were not decisive and lack at most so much, in the table's order."""
    for number in numbers(index.valid.at({ON.name: on})):
        row = index.rows[number]
        if row in decided or row.is_total or number in index.unfit:
            continue
        try:
            found = _nearest(index, number, inputs)
        except InputFault:  # then the row was broken, and decided
            continue
        if found is not None and len(found.unmet) <= most_unmet:
            yield found


def _nearest(index: Index, number: int, inputs: Inputs) -> Near | None:
    """What a row lacks; of several lines, of the one for which that is the least."""
    row = index.rows[number]
    of_filing = _unmet(index.of_filing, number, inputs.filing)
    if not index.asks_lines >> number & 1:
        return Near(row, _cells(row, of_filing))
    of_lines = [_unmet(index.of_line, number, line) for line in inputs.lines]
    if not of_lines:
        return None
    line = min(range(len(of_lines)), key=lambda place: len(of_lines[place]))
    return Near(row, _cells(row, of_filing | of_lines[line]), line)


def _unmet(columns: Sequence[Column], number: int, values: Mapping[str, Value]) -> set[str]:
    return {
        column.input.name
        for column in columns
        if number in column.regions and not column.takes(number, values)
    }


def _cells(row: Row, names: set[str]) -> tuple[Cell, ...]:
    return tuple(cell for cell in row.asks if cell.input in names)
