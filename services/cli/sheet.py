"""Filings as a spreadsheet's rows: what a clerk would have filled in."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

Body = Mapping[str, Any]
Cells = dict[str, str]


def as_csv(bodies: Iterable[Body], *, separator: str = ",") -> str:
    """CSV with the bare names of columns as headings; each filing's header in its first row."""
    rows = [row for body in bodies for row in rows_of(body)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = StringIO()
    writer = csv.DictWriter(text, names, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def rows_of(body: Body) -> list[Cells]:
    """The rows of one filing: its header beside the first entry of each list, then the others."""
    header = dict(_cells({n: each for n, each in body.items() if not _is_list(each)}, ""))
    lists = {n: each for n, each in body.items() if _is_list(each)}
    count = max([1, *(len(entries) for entries in lists.values())])
    rows: list[Cells] = [{"reference": body["reference"]} for _ in range(count)]
    rows[0] |= header
    for name, entries in lists.items():
        for row, entry in zip(rows, entries, strict=False):
            row |= dict(_cells(entry, f"{name}."))
    return rows


def _cells(part: Body, before: str) -> Iterator[tuple[str, str]]:
    for name, value in part.items():
        if isinstance(value, Mapping):
            yield from _cells(value, f"{before}{name}.")
        elif _is_list(value):
            yield from _cells(value[0], f"{before}{name}.")
        elif value is not None and value not in ([], ()):
            yield f"{before}{name}", _text(value)


def _is_list(value: Any) -> bool:
    """Whether it is a list of parts."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(_text, value))
    return str(int(value)) if isinstance(value, bool) else str(value)
