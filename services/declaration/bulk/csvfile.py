"""Rows of CSV as spreadsheet programs write it: their encodings, separators and quotes."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping

from services.declaration.bulk import columns
from services.declaration.bulk.columns import Column
from services.declaration.bulk.groups import Row
from services.declaration.bulk.rules import NO_HEADER, UNREADABLE_FILE, Unreadable

SEPARATORS = (",", ";", "\t")
CELL = 32_767
"""Characters of a cell, as spreadsheet programs have them."""
LINE = 4 * 2**20
CHUNK = 2**20
_ASCII = bytes(range(128))
GLANCED = 2**18
csv.field_size_limit(CELL)


def encoding(raw: bytes) -> str:
    """In which encoding the whole file can be read. Raises Unreadable."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        named: tuple[str, ...] = ("utf-16",)
    elif raw.startswith(codecs.BOM_UTF8):
        named = ("utf-8-sig",)
    else:
        named = ("utf-8", "gb18030")
    for each in named:
        if _fits(raw, each) and not (each == "gb18030" and _is_damaged_utf8(raw)):
            return each
    raise Unreadable(UNREADABLE_FILE, reason="encoding", taken=["UTF-8", "GBK", "GB18030"])


def _is_damaged_utf8(raw: bytes) -> bool:
    """Whether it is UTF-8 but for a few bytes: read as GB 18030 it would be other characters."""
    text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    ascii_bytes = len(raw) - len(raw.translate(None, _ASCII))
    return len(text) - ascii_bytes - bad > 10 * bad


def _fits(raw: bytes, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for start in range(0, len(raw), CHUNK):
            decoder.decode(raw[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def glance(raw: bytes, known: Mapping[str, Column]) -> None:
    """Look at the headings alone. Raises Unreadable for what is no such file at first sight."""
    start = raw[:GLANCED]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    if b"\0" in raw:
        raise Unreadable(
            UNREADABLE_FILE, reason="NUL", line=raw[: raw.index(b"\0")].count(b"\n") + 1
        )
    if len(raw) > GLANCED:
        start = start[: start.rfind(b"\n") + 1]
    read(start, known)


def read(raw: bytes, known: Mapping[str, Column]) -> tuple[list[Column | None], Iterator[Row]]:
    """The columns, and the rows below the headings, each with its line. Raises Unreadable."""
    text = io.TextIOWrapper(io.BytesIO(raw), encoding=encoding(raw), newline="")
    separator, header = _header(text, known)
    ended = raw.endswith((b"\n", b"\r", b"\n\0", b"\r\0"))
    return header, _rows(text, separator, width=0 if ended else len(header))


def _header(text: io.TextIOWrapper, known: Mapping[str, Column]) -> tuple[str, list[Column | None]]:
    first = _line(text)
    if first.lower().startswith("sep=") and len(first.strip()) <= 5:
        first = _line(text)
    found: dict[str, list[str]] = {}
    for separator in SEPARATORS:
        try:
            found[separator] = next(csv.reader([first], delimiter=separator, strict=True), [])
        except csv.Error as error:
            if separator == SEPARATORS[-1] and not found:
                raise Unreadable(NO_HEADER, reason=str(error), line=1) from None
    separator = max(found, key=lambda each: len(found[each]))
    return separator, columns.header([each.strip() for each in found[separator]], known)


def _line(text: io.TextIOWrapper) -> str:
    line = text.readline(LINE)
    if len(line) >= LINE or "\0" in line:
        raise Unreadable(NO_HEADER, line=1)
    return line


def _rows(text: io.TextIOWrapper, separator: str, *, width: int) -> Iterator[Row]:
    """`width`: cells that the last row must have, as the file does not end with a line."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        first = lines.number + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Unreadable(UNREADABLE_FILE, reason=str(error), line=first) from None
        if cells is None:
            return
        if len(cells) < width and lines.ended():
            raise Unreadable(UNREADABLE_FILE, reason="cut off within a row", line=first)
        yield first, [each.strip() for each in cells]


class _Lines:
    """The lines of a text, bounded and counted; the line of the headings is the first."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._next: str | None = None
        self.number = 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._taken()
        if not line:
            raise StopIteration
        self.number += 1
        return line

    def ended(self) -> bool:
        """Whether there is no further line."""
        if self._next is None:
            self._next = self._taken()
        return not self._next

    def _taken(self) -> str:
        if self._next is not None:
            line, self._next = self._next, None
            return line
        line = self._text.readline(LINE)
        if len(line) >= LINE:
            raise Unreadable(UNREADABLE_FILE, reason="line too long", line=self.number + 1)
        if "\0" in line:
            raise Unreadable(UNREADABLE_FILE, reason="NUL", line=self.number + 1)
        return line
