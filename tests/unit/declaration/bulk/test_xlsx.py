"""Workbooks as clerks save them, and as nobody should send them."""

import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest

from services.declaration.bulk import template, xlsxfile
from services.declaration.bulk.rules import Unreadable
from tests.factories import NOW
from tests.unit.declaration.bulk import sheets
from tests.unit.declaration.bulk.sheets import of_xlsx, workbook

MOMENT = datetime(2026, 7, 1, 8, 30)  # noqa: DTZ001 - a cell has no zone
HEAD = ["reference", "gross_kg", "net_kg", "departure_date", "arrival", "wooden_packing", "marks"]


def _refused(raw: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        of_xlsx(raw)
    return refused.value.rule.code


def _zip(**files: bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_values_are_exact_whatever_type_the_cell_has() -> None:
    row = ["A", 18000.1, 0.5, date(2026, 7, 1), MOMENT, True, 4218]
    (group,) = of_xlsx(workbook([HEAD, row]))
    assert group.faults == []
    assert group.document == {
        "reference": "A",
        "gross_kg": "18000.1",
        "net_kg": "0.5",
        "departure_date": "2026-07-01",
        "arrival": "2026-07-01T00:30:00+00:00",
        "wooden_packing": True,
        "marks": "4218",
    }


@pytest.mark.parametrize(
    ("typed", "read"),
    [(1e-5, "0.00001"), (123456789012.125, "123456789012.125"), (1e15, "1000000000000000")],
)
def test_a_weight_is_what_was_typed_in_plain_notation(typed: float, read: str) -> None:
    (group,) = of_xlsx(workbook([["reference", "net_kg"], ["A", typed]]))
    assert group.document["net_kg"] == read


def test_a_formula_without_a_stored_value_is_a_fault_of_its_row_and_none_is_computed_here() -> None:
    rows = [["reference", "marks"], ["A", '=HYPERLINK("http://x")'], ["B", "seen"]]
    first, second = of_xlsx(workbook(rows))
    assert (first.document, second.document) == (
        {"reference": "A"},
        {"reference": "B", "marks": "seen"},
    )
    assert [(each["code"], each["line"], each["column"]) for each in first.faults] == [
        ("formula_without_value", 2, "marks")
    ]
    assert second.faults == []


def test_a_formula_s_stored_value_is_read() -> None:
    def stored(raw: bytes) -> bytes:
        """The file as a program saves it that has computed."""
        into = BytesIO()
        with zipfile.ZipFile(BytesIO(raw)) as before, zipfile.ZipFile(into, "w") as after:
            for each in before.infolist():
                content = before.read(each)
                after.writestr(each, re.sub(rb"<v ?/>|<v></v>", b"<v>7</v>", content))
        return into.getvalue()

    (group,) = of_xlsx(stored(workbook([["reference", "packages"], ["A", "=3+4"]])))
    assert (group.document, group.faults) == ({"reference": "A", "packages": 7}, [])


def test_a_reference_that_is_a_formula_without_a_value_belongs_to_no_filing() -> None:
    (group,) = of_xlsx(workbook([["reference", "marks"], ["=A1", "x"]]))
    assert [each["code"] for each in group.faults] == ["no_reference", "formula_without_value"]


def test_the_named_sheet_is_read_or_the_first_that_is_shown() -> None:
    def hide(book: Any) -> None:
        book.active.sheet_state = "hidden"
        shown = book.create_sheet("shown")
        shown.append(["reference", "marks"])
        shown.append(["B", "seen"])

    def name(book: Any) -> None:
        named = book.create_sheet("filings")
        named.append(["reference"])
        named.append(["C"])

    rows = [["reference", "marks"], ["A", "hidden"]]
    assert [each.reference for each in of_xlsx(workbook(rows, hide))] == ["B"]
    assert [each.reference for each in of_xlsx(workbook(rows, name))] == ["C"]


def test_merged_cells_are_empty_but_for_the_first_and_are_told() -> None:
    def merge(book: Any) -> None:
        book.active.merge_cells("A2:A3")

    rows: Any = [["reference", "lines.number"], ["A", 1], ["A", 2]]
    groups = of_xlsx(workbook(rows, merge))
    assert [(each.reference, [f["code"] for f in each.faults]) for each in groups] == [
        ("A", []),
        ("", ["no_reference"]),
    ]


def test_a_cell_at_the_far_corner_costs_nothing() -> None:
    def far(book: Any) -> None:
        book.active["XFD1048576"] = "x"

    assert _refused(workbook([["reference"], ["A"]], far)) == "file_too_large"


def test_damaged_and_hostile_archives_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    good = workbook([["reference"], ["A"]])
    assert _refused(good[: len(good) // 2]) == "unreadable_file"
    assert _refused(b"PK\x03\x04" + b"\0" * 100) == "unreadable_file"
    assert _refused(_zip(**{"a.xml": b"<a/>"})) == "unreadable_file"
    assert _refused(_zip(bomb=b"\0" * 20_000_000)) == "file_too_large"
    assert _refused(_zip(**{str(n): b"" for n in range(1_001)})) == "file_too_large"
    lying = bytearray(_zip(**{"xl/workbook.xml": b"x" * 5_000}))
    monkeypatch.setattr(xlsxfile, "UNPACKED", 1_000)
    assert _refused(bytes(lying)) == "file_too_large"


def test_entities_in_a_sheet_are_not_expanded() -> None:
    raw = workbook([["reference", "marks"], ["A", "PLACE"]])
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;">'
        b'<!ENTITY c SYSTEM "file:///etc/passwd">]>'
    )
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as before, zipfile.ZipFile(packed, "w") as after:
        for each in before.infolist():
            content = before.read(each)
            if b"PLACE" in content:
                content = bomb + content.replace(b"PLACE", b"&c;&b;")
            after.writestr(each.filename, content)
    try:
        found = str([each.document for each in of_xlsx(packed.getvalue())])
    except Unreadable:
        return
    assert "root:" not in found


def test_the_template_has_every_column_in_both_languages_the_codes_and_no_row_to_file() -> None:
    made = template.as_xlsx(NOW.date())
    header, _ = xlsxfile.read(made, sheets.KNOWN)
    assert [each and each.name for each in header] == list(sheets.KNOWN)
    assert _refused(made) == "no_rows"
    text = template.as_csv(NOW.date()).decode("utf-8-sig")
    first = text.partition("\r\n")[0]
    assert "商品编号 HS code, 10 digits [lines.hs_code]" in first.replace('"', "")
    for words in ("KGM 千克 kilogram", "AU 澳大利亚 Australia", "91370200MA0000003B"):
        assert words in text
