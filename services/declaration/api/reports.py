"""The report of a file of filings as a table: a row a filing that was filed, one for each fault."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.http import sheets

CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A line a filing, or one for each of its faults",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
HEADINGS = (
    "行 Line",
    "客户端编号 Reference",
    "结果 Outcome",
    "申报单标识 Filing",
    "回执号 Receipt number",
    "列 Column",
    "规则 Rule",
    "问题",
    "Problem",
    "更正办法",
    "Mend",
)


def header() -> str:
    """The first line."""
    return sheets.lines([HEADINGS])


def lines(rows: Iterable[Mapping[Any, Any]]) -> str:
    """The lines of these filings; no cell is a formula."""
    return sheets.lines(
        [sheets.cell(value) for value in line] for row in rows for line in _lines(row)
    )


def _lines(row: Mapping[Any, Any]) -> Iterator[list[object]]:
    told = [row["first_line"], row["reference"], row["state"]]
    if row["state"] != "refused":
        yield [*told, row["filing_id"], row["receipt_number"], *[None] * 6]
        return
    for fault in row["faults"]:
        detail, mend = fault["detail"], fault["mend"]
        words = [detail["zh"], detail["en"], mend["zh"], mend["en"]]
        yield [fault["line"], *told[1:], None, None, fault["column"], fault["code"], *words]
