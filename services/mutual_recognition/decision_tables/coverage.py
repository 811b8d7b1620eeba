"""What can be said of a table for all filings at once: rows that never decide, overlaps, gaps.

A row is a box: for each input the steps on which it is met, the day of the decision among them.
What is left of a box after others are taken away is found exactly, and a piece that is left gives
an example. Filings of one line and one code are looked at: if a row is met by more, it is met by
one of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from services.mutual_recognition.decision_tables.dictionary import Kind
from services.mutual_recognition.decision_tables.index import Column, Index, numbers
from services.mutual_recognition.decision_tables.kinds import Policy, care, is_softer
from services.mutual_recognition.decision_tables.scales import OTHER
from services.mutual_recognition.decision_tables.table import Table

Box = tuple[int, ...]
OTHERS = "(any other)"
MOST_PIECES = 5_000
"""If a box falls into more pieces, its row is taken for one that can be met."""
MOST_NAMED = 5
FEW_STEPS = 64
"""A condition on so few steps is worth looking up who meets them."""


@dataclass(frozen=True)
class Flaw:
    """A row (by its number) that is wrong beside other rows: a fault's code, and who or what."""

    row: int
    code: str
    beside: str


class Coverage:
    """The rows of a table as boxes, in the table's order."""

    def __init__(self, table: Table, index: Index) -> None:
        """Only of a table whose conditions all fit."""
        self.table = table
        self.columns = [index.valid, *index.of_filing, *index.of_line]
        whole = [(1 << column.scale.size) - 1 for column in self.columns]
        begun = (1 << index.valid.scale.steps(table.valid_from)[0]) - 1
        self.all: Box = (whole[0] & ~begun, *whole[1:])
        self.boxes = [self._box(number) for number in range(len(table.rows))]
        strictest = max(care(row.then) for row in table.rows)
        self.lenient = [
            number for number, row in enumerate(table.rows) if care(row.then) < strictest
        ]

    def flaws(self, policy: Policy) -> Iterator[Flaw]:
        """All rows that are wrong beside the others, and the gap if there is one."""
        for number, box in enumerate(self.boxes):
            if not all(box):
                yield Flaw(number, "row_never_met", "")
            elif policy is Policy.FIRST:
                yield from self._in_order(number, box)
        if policy is Policy.COLLECT:
            yield from self._repeated()
        left = self._left(self.all, self.boxes) if not self.table.rows[-1].is_total else None
        if left is not None:
            yield Flaw(len(self.boxes) - 1, "rows_leave_a_gap", self._example(left))

    def _in_order(self, number: int, box: Box) -> Iterator[Flaw]:
        rows = self.table.rows
        before = self._meeting(number, box)
        if before and self._left(box, [self.boxes[each] for each in before]) is None:
            covering = [each for each in before if _covers(self.boxes[each], box)]
            by = [rows[each].id for each in covering[:1] or before[:MOST_NAMED]]
            yield Flaw(number, "row_unreachable", ", ".join(by))
        elif not rows[number].is_total:
            softer = self._softer(number, box)
            if softer is not None:
                yield Flaw(number, "hidden_by_a_softer_row", rows[softer].id)

    def _meeting(self, number: int, box: Box) -> list[int]:
        """The rows before that some filing of one line meets together with this one."""
        found = (1 << number) - 1
        for column, side in zip(self.columns, box, strict=True):
            if side.bit_count() <= FEW_STEPS:
                found &= reduce(or_, (column.met[step] for step in numbers(side)))
        return [other for other in numbers(found) if _meet(self.boxes[other], box)]

    def _softer(self, number: int, box: Box) -> int | None:
        """The first row before that says something more lenient of some filing of this row.

        Two lines, or two codes, can meet two conditions that no single one meets.
        """
        single = [
            place
            for place, column in enumerate(self.columns)
            if not column.input.of_a_line and column.input.kind is not Kind.CODES
        ]
        for other in self.lenient:
            there = self.boxes[other]
            softer = is_softer(self.table.rows[other].then, self.table.rows[number].then)
            together = all(there) and all(there[place] & box[place] for place in single)
            if other < number and softer and together:
                return other
        return None

    def _repeated(self) -> Iterator[Flaw]:
        """Rows that ask the same at the same time: one of them says nothing, or contradicts."""
        seen: dict[Box, list[int]] = {}
        for number, (days, *asked) in enumerate(self.boxes):
            same = seen.setdefault(tuple(asked), [])
            again = [other for other in same if self.boxes[other][0] & days]
            if again:
                yield Flaw(number, "row_repeats_another", self.table.rows[again[0]].id)
            same.append(number)

    def _box(self, number: int) -> Box:
        return tuple(
            column.regions.get(number, side) & side
            for column, side in zip(self.columns, self.all, strict=True)
        )

    def _left(self, box: Box, others: Sequence[Box]) -> Box | None:
        """A piece of a box that none of the others covers; None if they cover all of it."""
        pieces = [(box, 0)]
        for _ in range(MOST_PIECES):
            if not pieces:
                return None
            piece, at = pieces.pop()
            at = next((n for n in range(at, len(others)) if _meet(piece, others[n])), len(others))
            if at == len(others):
                return piece
            pieces += [(part, at + 1) for part in _without(piece, others[at])]
        return pieces[-1][0] if pieces else None

    def _example(self, box: Box) -> str:
        """One value for each input that the box restricts."""
        told = [
            f"{column.input.name} = {_sample(column, side)}"
            for column, side, whole in zip(self.columns, box, self.all, strict=True)
            if side != whole
        ]
        return ", ".join(told)


def _sample(column: Column, side: int) -> str:
    found = column.scale.sample(next(numbers(side)))
    return OTHERS if found == OTHER else str(found)


def _meet(one: Box, other: Box) -> bool:
    return all(a & b for a, b in zip(one, other, strict=True))


def _covers(one: Box, other: Box) -> bool:
    return all(b & ~a == 0 for a, b in zip(one, other, strict=True))


def _without(box: Box, other: Box) -> Iterator[Box]:
    """The pieces of a box outside of another one; they do not overlap."""
    if not _meet(box, other):
        yield box
        return
    inside = list(box)
    for place, side in enumerate(other):
        outside = inside[place] & ~side
        if outside:
            yield (*inside[:place], outside, *inside[place + 1 :])
        inside[place] &= side
