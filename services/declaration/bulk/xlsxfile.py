"""Rows of XLSX: values alone, of the first sheet that is shown, read as a stream.

Of a formula the value is read that the program stored which saved it; one without is told as such.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any

import openpyxl

from services.declaration.bulk import cells, columns
from services.declaration.bulk.columns import Column
from services.declaration.bulk.groups import SHEET, Row
from services.declaration.bulk.rules import (
    FILE_TOO_LARGE,
    NO_HEADER,
    UNREADABLE_FILE,
    Unreadable,
)

ENTRIES = 1_000
UNPACKED = 256 * 2**20
RATIO = 300
SMALL = 2**20
"""Below, a ratio says nothing."""
LAST_ROW = 400_000
CHUNK = 2**18
FORMULA = "f"
LONGEST_NAME = 64
_ELEMENT = re.compile(rb"<(?:[A-Za-z0-9_.-]{1,60}:)?f[ \t\r\n/>]")
"""The formula of a cell (ECMA-376, 18.3.1.40), under whatever prefix."""


def read(raw: bytes, known: Mapping[str, Column]) -> tuple[list[Column | None], Iterator[Row]]:
    """The columns, and the rows below the headings, each with its line. Raises Unreadable."""
    formulas = _checked(raw)
    try:
        rows = _sheet(raw, values=True)
        if formulas:
            rows = map(_stored, rows, _sheet(raw, values=False))
        first = next(rows, ())
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged file brings about
        raise Unreadable(UNREADABLE_FILE, reason=type(error).__name__) from None
    if not any(first):
        raise Unreadable(NO_HEADER, expected=known[columns.REFERENCE].heading)
    header = columns.header([_text(each) for each in first], known)
    return header, _rows(rows, width=len(header))


def _sheet(raw: bytes, *, values: bool) -> Iterator[tuple[Any, ...]]:
    """The rows of the sheet that is read: the cells' values, or the formulas that they hold."""
    book = openpyxl.load_workbook(BytesIO(raw), read_only=True, data_only=values, keep_links=False)
    shown = [each for each in book.worksheets if each.sheet_state == "visible"]
    sheet = next((each for each in shown if each.title == SHEET), shown[0])
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(max_row=LAST_ROW, values_only=values)
    return rows


def _stored(values: tuple[Any, ...], held: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row's values; where a formula has none stored, that."""
    pairs = zip(values, held, strict=True)
    return tuple(
        cells.UNSTORED if value is None and cell.data_type == FORMULA else value
        for value, cell in pairs
    )


def _rows(rows: Iterator[tuple[Any, ...]], *, width: int) -> Iterator[Row]:
    number = 1
    while True:
        number += 1
        try:
            values = next(rows, None)
        except Exception as error:  # whatever a damaged file brings about
            raise Unreadable(UNREADABLE_FILE, reason=type(error).__name__, line=number) from None
        if values is None:
            return
        if number >= LAST_ROW:
            raise Unreadable(FILE_TOO_LARGE, rows=LAST_ROW)
        yield number, [_text(each) for each in values]


def _text(value: Any) -> str:
    """The cell as it would be written in CSV: numbers exact, in plain notation."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        whole = value.time() == time(0) and value.tzinfo is None
        return value.date().isoformat() if whole else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return text if text == cells.UNSTORED else text.strip()


def _number(value: float) -> str:
    """The shortest text that is this number: what the clerk typed, up to 15 digits."""
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _checked(raw: bytes) -> bool:
    """What it unpacks to, before it is: as declared, and as it is. Raises Unreadable.

    Whether a sheet has a formula, and so has to be read twice.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(raw))
        told = list(islice(archive.infolist(), ENTRIES + 1))
        _plausible(told, raw)
        total, formulas = 0, False
        for each in told:
            before = b""
            with archive.open(each) as unpacked:
                while piece := unpacked.read(CHUNK):
                    total += len(piece)
                    _within(total, raw)
                    formulas = formulas or _ELEMENT.search(before + piece) is not None
                    before = piece[-LONGEST_NAME:]
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged file brings about
        raise Unreadable(UNREADABLE_FILE, reason=type(error).__name__) from None
    return formulas


def _plausible(told: list[zipfile.ZipInfo], raw: bytes) -> None:
    if len(told) > ENTRIES:
        raise Unreadable(FILE_TOO_LARGE, entries=ENTRIES)
    if any(each.flag_bits & 1 for each in told):
        raise Unreadable(UNREADABLE_FILE, reason="encrypted")
    _within(sum(each.file_size for each in told), raw)


def _within(unpacked: int, raw: bytes) -> None:
    if unpacked > UNPACKED or (unpacked > SMALL and unpacked > RATIO * len(raw)):
        raise Unreadable(FILE_TOO_LARGE, unpacked_bytes=UNPACKED, ratio=RATIO)
