"""CSV for spreadsheet programs.

RFC 4180: commas, lines that end with CRLF, quotes around what needs them. A cell that a spreadsheet
program would take for a formula has an apostrophe before it (OWASP, CSV injection).
"""

import csv
from collections.abc import Iterable
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """A value as text that no program computes; None is empty."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines(rows: Iterable[Iterable[str]]) -> str:
    """Rows of cells as CSV."""
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
