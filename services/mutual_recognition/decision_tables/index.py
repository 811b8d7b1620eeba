"""An index of a table's rows: sets of rows as the bits of integers, one for each step of an input.

To evaluate a filing is to find each input's step and to intersect the sets of rows that are met
there: an operation on as many bits as there are rows, not a look at each row. A row that cannot be
evaluated is never taken for one that is not met: it is reported as broken, and whoever decides
takes the careful way.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial, reduce
from operator import and_, or_
from typing import Any

from services.mutual_recognition.decision_tables.cells import misfit
from services.mutual_recognition.decision_tables.dictionary import (
    Dictionary,
    Input,
    InputFault,
    Inputs,
    Kind,
    Value,
)
from services.mutual_recognition.decision_tables.scales import Runs, Scale, scale_of
from services.mutual_recognition.decision_tables.table import Cell, Days, Operator, Row, Table
from shared.contracts.values import Said

NO_LINES = "there are no goods lines"
MOST_SEEN = 10_000
"""So many values of an input are kept with what was found for them."""
ON = Input(name="on", kind=Kind.DAY, said=Said(en="the day of the decision", zh="决定之日"))


@dataclass(frozen=True)
class Hit:
    """A row that is met, or that could not be evaluated: then `fault` says why."""

    row: Row
    fault: str | None = None


@dataclass(frozen=True)
class Column:
    """One input as a table asks for it.

    `regions` are the steps on which each row that asks is met, by the row's number; `asking` are
    those rows as bits; `met[step]` are all rows that are met on a step, those that do not ask too.
    """

    input: Input
    scale: Scale
    regions: Mapping[int, int]
    asking: int
    met: Sequence[int]
    seen: dict[Any, int] = field(default_factory=dict, compare=False, repr=False)

    def at(self, values: Mapping[str, Value]) -> int:
        """The rows that a filing or line may still meet. Raises `InputFault`.

        Values come again and again, so what was found for one is kept; for one of the very type of
        the input alone: `True` and 1 equal the number 1, and are faults.
        """
        value = values.get(self.input.name)
        if type(value) is not self.input.python:
            return self._found(values)
        try:
            return self.seen[value]
        except (KeyError, TypeError):  # not seen; or without a hash, as a signalling NaN
            found = self._found(values)
        if len(self.seen) >= MOST_SEEN:
            self.seen.clear()
        self.seen[value] = found
        return found

    def known_at(self, inputs: Inputs) -> Iterator[int]:
        """The same for each line by what was seen before. Raises `KeyError`, `TypeError`."""
        return map(self.seen.__getitem__, inputs.column(self.input.name, self.input.python))

    def _found(self, values: Mapping[str, Value]) -> int:
        first, *more = self.scale.steps(self.input.read(values))
        found = self.met[first]
        for step in more:
            found |= self.met[step]
        return found

    def takes(self, number: int, values: Mapping[str, Value]) -> bool:
        """Whether a row that may ask here is met. Raises `InputFault`."""
        region = self.regions.get(number)
        steps = self.scale.steps(self.input.read(values))
        return region is None or any(region >> step & 1 for step in steps)


class Index:
    """A table made ready to be evaluated; `unfit` are rows that can never be, and why."""

    def __init__(self, table: Table, dictionary: Dictionary) -> None:
        """Takes about as long as to read the table."""
        self.rows = table.rows
        self.every = (1 << len(table.rows)) - 1
        self.unfit = dict(_unfit(table.rows, dictionary))
        cells = _by_input(table.rows, leaving_out=self.unfit)
        columns = [_column(dictionary[name], asked, self.every) for name, asked in cells.items()]
        self.of_filing = [each for each in columns if not each.input.of_a_line]
        self.of_line = [each for each in columns if each.input.of_a_line]
        self.asks_lines = bits(each for column in self.of_line for each in column.regions)
        validity = [
            (number, Cell(input=ON.name, op=Operator.DAYS, value=_validity(row)))
            for number, row in enumerate(table.rows)
        ]
        self.valid = _column(ON, validity, self.every)
        self.broken = bits(self.unfit)

    def hits(self, inputs: Inputs, *, on: date) -> Iterator[Hit]:
        """The rows in force that are met or broken, in the table's order."""
        faults: dict[str, str] = {}
        met, broken = _narrowed(self.of_filing, inputs.filing, self.every, faults)
        if self.of_line:
            found, more = self._on_lines(inputs, faults)
            met, broken = met & found, broken | more
        broken |= self.broken
        for number in numbers((met | broken) & self.valid.at({ON.name: on})):
            row = self.rows[number]
            if broken >> number & 1:
                yield Hit(row, self.unfit.get(number) or _fault(row, faults))
            else:
                yield Hit(row)

    def _on_lines(self, inputs: Inputs, faults: dict[str, str]) -> tuple[int, int]:
        """The rows that some line meets, with those that ask nothing of a line; and the broken."""
        if not inputs.lines:
            faults.update(dict.fromkeys((each.input.name for each in self.of_line), NO_LINES))
            return self.every, self.asks_lines
        try:
            return self._met_by_sound(inputs), 0
        except (InputFault, TypeError):  # or a value without a hash, as a signalling NaN
            return self._met_by_broken(inputs.lines, faults)

    def _met_by_sound(self, inputs: Inputs) -> int:
        """The rows that some line meets. Raises if anything of a line is wrong.

        Nothing of ours is called for values that were all seen before: a filing has many lines.
        """
        try:
            return _some(each.known_at(inputs) for each in self.of_line)
        except KeyError:
            return _some(map(each.at, inputs.lines) for each in self.of_line)

    def _met_by_broken(
        self, lines: Sequence[Mapping[str, Value]], faults: dict[str, str]
    ) -> tuple[int, int]:
        met = broken = 0
        for line in lines:
            found, more = _narrowed(self.of_line, line, self.every, faults)
            met, broken = met | found, broken | more
        return met, broken


def _some(columns: Iterable[Iterator[int]]) -> int:
    """The rows that some line meets in every column, of the rows by column and line."""
    return reduce(or_, reduce(partial(map, and_), columns))


def _narrowed(
    columns: Sequence[Column],
    values: Mapping[str, Value],
    every: int,
    faults: dict[str, str],
) -> tuple[int, int]:
    """The rows that are met, and the broken ones. Every input that is asked for is read."""
    met, broken = every, 0
    for column in columns:
        try:
            met &= column.at(values)
        except InputFault as fault:
            faults.setdefault(column.input.name, str(fault))
            broken |= column.asking
    return met, broken


def _fault(row: Row, faults: Mapping[str, str]) -> str:
    return next(faults[cell.input] for cell in row.asks if cell.input in faults)


def _unfit(rows: Sequence[Row], dictionary: Dictionary) -> Iterator[tuple[int, str]]:
    """Rows of tables that were published under another dictionary."""
    for number, row in enumerate(rows):
        for cell in row.asks:
            found = misfit(cell, dictionary)
            if found is not None:
                yield number, f"{cell.input}: {found[0]}"
                break


def _by_input(
    rows: Sequence[Row], *, leaving_out: Mapping[int, str]
) -> dict[str, list[tuple[int, Cell]]]:
    found: dict[str, list[tuple[int, Cell]]] = {}
    for number, row in enumerate(rows):
        for cell in () if number in leaving_out else row.asks:
            found.setdefault(cell.input, []).append((number, cell))
    return found


def _column(asked: Input, cells: Sequence[tuple[int, Cell]], every: int) -> Column:
    scale = scale_of(asked, (cell for _, cell in cells))
    regions: dict[int, int] = {}
    for number, cell in cells:
        region = _mask(scale.runs(cell))
        regions[number] = regions.get(number, region) & region
    asking = bits(regions)
    return Column(asked, scale, regions, asking, _met(regions, scale.size, every & ~asking))


def _met(regions: Mapping[int, int], size: int, unasking: int) -> Sequence[int]:
    """The rows that are met on each step: what begins and ends there, added up along the scale."""
    turns = [0] * (size + 1)
    for number, region in regions.items():
        # A run begins and ends where a bit differs from the one before it.
        for step in numbers(region ^ (region << 1)):
            turns[step] ^= 1 << number
    found, met = unasking, []
    for turn in turns[:-1]:
        found ^= turn
        met.append(found)
    return met


def _validity(row: Row) -> Days:
    return Days(first=row.valid_from, last=row.valid_to)


def _mask(runs: Runs) -> int:
    return sum((1 << end) - (1 << first) for first, end in runs)


def bits(some: Iterable[int]) -> int:
    """A set of numbers as the bits of one."""
    found = 0
    for number in some:
        found |= 1 << number
    return found


def numbers(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
