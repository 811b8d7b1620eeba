"""Sheets in memory, and what is read of them."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl

from services.declaration import dictionary
from services.declaration.bulk import columns, csvfile, groups, xlsxfile
from services.declaration.bulk.groups import Group
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Shanghai")
KNOWN = columns.of(dictionary.at(NOW.date()))
Rows = Sequence[Sequence[Any]]


def of_csv(raw: bytes) -> list[Group]:
    """The filings of CSV."""
    header, rows = csvfile.read(raw, KNOWN)
    return list(groups.of(rows, header, zone=ZONE))


def of_xlsx(raw: bytes) -> list[Group]:
    """The filings of a workbook."""
    header, rows = xlsxfile.read(raw, KNOWN)
    return list(groups.of(rows, header, zone=ZONE))


def workbook(rows: Rows, change: Callable[[Any], None] | None = None) -> bytes:
    """A workbook of one sheet; `change` may do more to it before it is saved."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(book)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()
