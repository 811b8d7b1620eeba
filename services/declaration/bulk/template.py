"""The sheets to fill in, made of the dictionary: headings, an example of two rows, the codes.

Rows that begin with # are not read: whoever fills the sheet in takes the mark of the example away.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from io import BytesIO, StringIO

from services.declaration import dictionary
from services.declaration.bulk import columns
from services.declaration.bulk.columns import REFERENCE, Column
from services.declaration.bulk.groups import COMMENT, SHEET
from services.declaration.domain.dictionary import Kind
from shared.reference import codes

BOM = "\ufeff"
EXAMPLE = "EXAMPLE-1"
NOTES = (
    "同一客户端编号的各行相邻，合为一份申报单；表头各列可只填首行，各行再填一项商品、一个集装箱等。",
    "Rows of one reference stand below each other and are one filing: the header's cells once or"
    " repeated, then in each row a goods line, a container, or an entry of another list.",
    "重复商品序号的行为该商品项补充资质、车辆等。",
    "A row that repeats the number of a goods line adds to it (qualifications, vehicles).",
    "一个单元格内的多个值以分号分隔；是否填 1 或 0；日期 2026-07-01；时间 2026-07-01 08:30。",
    "Several values of one cell are divided by semicolons; flags 1 or 0; days and times as shown.",
    "以 # 开头的行不读取；示例行请去掉 # 后使用。",
    "Rows that begin with # are not read; take the mark off the example to use it.",
)


@lru_cache(maxsize=2)
def as_csv(day: date) -> bytes:
    """The template in UTF-8, with the mark by which spreadsheet programs know it."""
    known = list(columns.of(dictionary.at(day)).values())
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow([column.heading for column in known])
    writer.writerows(_example(known))
    writer.writerows([f"{COMMENT} {note}"] for note in NOTES)
    for name in _lists(known):
        writer.writerow([f"{COMMENT} {name}", *(" ".join(each) for each in _codes(name, day))])
    return (BOM + written.getvalue()).encode()


@lru_cache(maxsize=2)
def as_xlsx(day: date) -> bytes:
    """The template as a workbook: the sheet to fill in, its columns explained, the codes."""
    # Here, so that a service that is asked for none starts without this library.
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    def as_text(text: str) -> WriteOnlyCell:
        """A cell that keeps its leading zeros."""
        cell = WriteOnlyCell(sheet, value=text)
        cell.number_format = "@"
        return cell

    known = list(columns.of(dictionary.at(day)).values())
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    heads = [WriteOnlyCell(sheet, value=column.heading) for column in known]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in _example(known):
        sheet.append([as_text(each) for each in row])
    about = book.create_sheet("columns")
    for note in NOTES:
        about.append([note])
    about.append(["column", "中文", "English", "type", "length", "code list", "obligation"])
    for column in known:
        field = column.field
        facts = [column.kind.value, field.length, field.code_list, field.obligation.value]
        about.append([column.name, column.zh, column.en, *facts])
    listed = book.create_sheet("codes")
    for name in _lists(known):
        for each in _codes(name, day):
            listed.append([as_text(text) for text in (name, *each)])
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def _example(known: Sequence[Column]) -> Iterator[list[str]]:
    """Every column's own example in one row; the second adds a container to the same filing."""
    first = {column.name: _text(column) for column in known}
    first |= {REFERENCE: f"{COMMENT} {EXAMPLE}", "lines.number": "1", "containers.lines": "1"}
    yield [first[column.name] for column in known]
    second = {
        REFERENCE: first[REFERENCE],
        "containers.number": "OSTU0000025",
        "containers.size_type": first["containers.size_type"],
        "containers.lines": "1",
    }
    yield [second.get(column.name, "") for column in known]


def _text(column: Column) -> str:
    example = column.field.example
    if example is None:
        return "1" if column.kind is Kind.NUMBER else ""
    return str(int(example)) if isinstance(example, bool) else str(example)


def _lists(known: Sequence[Column]) -> list[str]:
    return list(dict.fromkeys(each.field.code_list for each in known if each.field.code_list))


def _codes(name: str, day: date) -> list[tuple[str, str, str]]:
    return [(each.code, each.zh, each.en) for each in codes.known(name, on=day).values()]
