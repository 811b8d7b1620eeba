"""Rows into filings: what each row adds to the filing of its reference."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from services.declaration.bulk import cells
from services.declaration.bulk.columns import REFERENCE, Column
from services.declaration.bulk.rules import (
    CELLS_DISAGREE,
    FILE_TOO_LARGE,
    NO_REFERENCE,
    NO_ROWS,
    STRAY_CELL,
    Unreadable,
)
from shared.http.faults import MISSING, Rule

FILINGS = 10_000
ROWS = 200_000
OF_ONE = 2_000
COMMENT = "#"
SHEET = "filings"
"""The sheet of a workbook that is read; without one, the first that is shown."""

Row = tuple[int, Sequence[str]]
Found = dict[str, Any]


@dataclass
class Group:
    """The rows of one filing: the JSON that would file it, and where in the file its values are.

    `places` has line and column by pointer. A fault has code, pointer, line, column and facts.
    """

    reference: str
    first_line: int
    last_line: int
    document: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[Found] = field(default_factory=list)
    rows: int = 0


def of(rows: Iterable[Row], header: Sequence[Column | None], *, zone: tzinfo) -> Iterator[Group]:
    """The filings of the rows, each once it is whole. Raises Unreadable."""
    reader = _Reader(header, zone)
    group: Group | None = None
    filings = 0
    for count, (line, texts) in enumerate(_filled(rows), start=1):
        reference = reader.reference(texts)
        if group is None or not reference or reference != group.reference:
            if group is not None:
                yield group
            group, filings = reader.begin(reference, line), filings + 1
        if filings > FILINGS or count > ROWS:
            raise Unreadable(FILE_TOO_LARGE, filings=FILINGS, rows=ROWS, line=line)
        reader.take(group, line, texts)
    if group is None:
        raise Unreadable(NO_ROWS)
    yield group


def _filled(rows: Iterable[Row]) -> Iterator[Row]:
    """Those that say something. The error of a formula begins as a comment does and is none."""
    return (row for row in rows if any(row[1]) and not _is_comment(row[1][0]))


def _is_comment(text: str) -> bool:
    return text.startswith(COMMENT) and text not in cells.ERRORS


class _Reader:
    def __init__(self, header: Sequence[Column | None], zone: tzinfo) -> None:
        self._header = header
        self._zone = zone
        self._at = next(n for n, each in enumerate(header) if each and each.name == REFERENCE)
        parts: dict[tuple[str, ...], list[tuple[int, Column]]] = {}
        for place, column in enumerate(header):
            if column is not None:
                parts.setdefault(_part(column), []).append((place, column))
        self._parts = sorted(parts.items(), key=lambda each: len(each[0]))

    def reference(self, texts: Sequence[str]) -> str:
        text = texts[self._at] if self._at < len(texts) else ""
        return "" if text in cells.ERRORS or text == cells.UNSTORED else text

    def begin(self, reference: str, line: int) -> Group:
        group = Group(reference, line, line)
        if not reference:
            self.tell(group, NO_REFERENCE, line, REFERENCE)
        return group

    def tell(self, group: Group, rule: Rule, line: int, column: str, **facts: Any) -> None:
        pointer = facts.pop("pointer", "")
        told = {"code": rule.code, "pointer": pointer, "line": line, "column": column}
        group.faults.append(told | {"facts": facts})

    def take(self, group: Group, line: int, texts: Sequence[str]) -> None:
        """Add a row. What is given outside of any list is the filing's own."""
        group.last_line, group.rows = line, group.rows + 1
        if group.rows > OF_ONE:
            raise Unreadable(FILE_TOO_LARGE, rows_of_one_filing=OF_ONE, line=line)
        if any(texts[len(self._header) :]):
            self.tell(group, STRAY_CELL, line, "")
        holders: dict[tuple[str, ...], tuple[dict[str, Any], str]] = {(): (group.document, "")}
        for part, columns in self._parts:
            given = [(c, texts[n]) for n, c in columns if n < len(texts) and texts[n]]
            if given:
                self._part(group, line, part, given, holders)

    def _part(
        self,
        group: Group,
        line: int,
        part: tuple[str, ...],
        given: list[tuple[Column, str]],
        holders: dict[tuple[str, ...], tuple[dict[str, Any], str]],
    ) -> None:
        around = max((p for p in holders if part[: len(p)] == p), key=len)
        holder, pointer = holders[around]
        if "*" in part[len(around) : -1]:
            self._without(group, line, part[len(around) : part.index("*", len(around))])
            return
        if part != around:
            entry: dict[str, Any] = {}
            told = Group("", line, line)
            for column, text in given:
                self._cell(told, line, entry, column, text, below=part, at="")
            holder, pointer = _entered(holder, pointer, part[len(around) : -1], entry)
            holders[part] = holder, pointer
        for column, text in given:
            self._cell(group, line, holder, column, text, below=part, at=pointer)

    def _without(self, group: Group, line: int, steps: tuple[str, ...]) -> None:
        """The row does not say which entry of the list at these steps its cells belong to."""
        pointer = f"/{'/'.join(steps)}/{len(group.document.get(steps[0], ()))}/number"
        self.tell(group, MISSING, line, ".".join((*steps, "number")), pointer=pointer)

    def _cell(
        self,
        group: Group,
        line: int,
        holder: dict[str, Any],
        column: Column,
        text: str,
        *,
        below: tuple[str, ...],
        at: str,
    ) -> None:
        *before, name = column.steps[len(below) :]
        pointer = "/".join([at, *before, name])
        try:
            value = cells.value(text, column, zone=self._zone)
        except cells.Unfit as unfit:
            self.tell(group, unfit.rule, line, column.name, pointer=pointer, **unfit.facts)
            return
        for step in before:
            holder = holder.setdefault(step, {})
        if name not in holder:
            holder[name] = value
            group.places[pointer] = (line, column.name)
        elif holder[name] != value:
            above = group.places.get(pointer, (group.first_line, ""))[0]
            self.tell(group, CELLS_DISAGREE, line, column.name, pointer=pointer, above=above)


def _part(column: Column) -> tuple[str, ...]:
    """The steps to the entry that a column belongs to: () for the filing itself."""
    stars = [place for place, step in enumerate(column.steps) if step == "*"]
    return column.steps[: stars[-1] + 1] if stars else ()


def _entered(
    holder: dict[str, Any], pointer: str, steps: tuple[str, ...], entry: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    """The entry of a list that this one repeats, or else a new one.

    What has a number, as goods lines and containers do, is known by it: a row that repeats it adds
    to that entry. All else is known as a whole.
    """
    *before, name = steps
    for step in before:
        holder = holder.setdefault(step, {})
    entries: list[dict[str, Any]] = holder.setdefault(name, [])
    at = "/".join([pointer, *steps])
    for place, known in enumerate(entries):
        if _is_same(known, entry):
            return known, f"{at}/{place}"
    entries.append({})
    return entries[-1], f"{at}/{len(entries) - 1}"


def _is_same(known: dict[str, Any], entry: dict[str, Any]) -> bool:
    if "number" in entry and "number" in known:
        return bool(known["number"] == entry["number"])
    return bool(known == entry)
