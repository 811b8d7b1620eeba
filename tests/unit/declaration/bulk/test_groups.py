"""What rows make of filings."""

from typing import Any

import pytest

from services.cli import sheet
from services.declaration.bulk import groups
from services.declaration.bulk.rules import Unreadable
from tests.factories import filing
from tests.unit.declaration import full as filings
from tests.unit.declaration.bulk import sheets


def _read(text: str) -> list[groups.Group]:
    return sheets.of_csv(text.encode())


def _told(group: groups.Group) -> set[tuple[Any, ...]]:
    return {(each["code"], each["line"], each["column"]) for each in group.faults}


@pytest.mark.parametrize("body", [filing(), filings.full()], ids=["brief", "full"])
def test_a_filing_laid_out_in_rows_is_the_same_filing(body: dict[str, Any]) -> None:
    (group,) = _read(sheet.as_csv([body]))
    assert group.faults == []
    left = {name: value for name, value in body.items() if value not in ([], None)}
    for each in left["lines"]:
        if not each["licences"]:
            del each["licences"]
    moments = {"arrival", "perishable_until", "slot_wish"}
    found = {name: each for name, each in group.document.items() if name not in moments}
    assert found == {name: each for name, each in left.items() if name not in moments}


def test_each_row_adds_an_entry_and_a_repeated_one_adds_to_it() -> None:
    (group,) = _read(
        "reference,lines.number,lines.name,lines.qualifications.type,lines.qualifications.number,"
        "containers.number,containers.lines,licences.code,licences.number,lines.batches\n"
        "A,1,x,325,Q1,C1,1;2,7,L1,b1;b2\n"
        "A,1,,325,Q2,C2,2,7,L1,\n"
        "A,2,y,,,,,7,L2,b3\n"
    )
    assert group.document == {
        "reference": "A",
        "lines": [
            {
                "number": 1,
                "name": "x",
                "batches": ["b1", "b2"],
                "qualifications": [
                    {"type": "325", "number": "Q1"},
                    {"type": "325", "number": "Q2"},
                ],
            },
            {"number": 2, "name": "y", "batches": ["b3"]},
        ],
        "containers": [{"number": "C1", "lines": [1, 2]}, {"number": "C2", "lines": [2]}],
        "licences": [{"code": "7", "number": "L1"}, {"code": "7", "number": "L2"}],
    }
    assert group.faults == []


def test_faults_of_cells_name_line_and_column_and_leave_the_rest() -> None:
    one, other, last = _read(
        "reference,direction,wooden_packing,departure_date,packages,lines.number,marks\n"
        "A,import,maybe,2026-02-30,1e3,1,m\n"
        "A,export,,,,2,m\n"
        ",import,是,2026/7/1,12,1,m\n"
        "B,import,0,20260701,12,1,m,beyond\n"
    )
    assert _told(one) == {
        ("not_in_list", 2, "wooden_packing"),
        ("bad_format", 2, "departure_date"),
        ("bad_format", 2, "packages"),
        ("cells_disagree", 3, "direction"),
    }
    assert _told(other) == {("no_reference", 4, "reference")}
    assert (other.document["wooden_packing"], other.document["departure_date"]) == (
        True,
        "2026-07-01",
    )
    assert _told(last) == {("stray_cell", 5, "")}
    assert (last.document["wooden_packing"], last.document["packages"]) == (False, 12)


def test_a_moment_without_an_offset_is_of_the_port() -> None:
    one, other = _read("reference,arrival\nA,2026-07-01 08:30\nB,2026-07-01T08:30:00+02:00\n")
    assert one.document["arrival"] == "2026-07-01T00:30:00+00:00"
    assert other.document["arrival"] == "2026-07-01T08:30:00+02:00"


def test_more_filings_than_a_file_may_have_are_refused_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(groups, "FILINGS", 2)
    monkeypatch.setattr(groups, "OF_ONE", 3)
    assert len(_read("reference\nA\nB\n")) == 2
    for text in ("reference\nA\nB\nC\n", "reference\nA\nA\nA\nA\n"):
        with pytest.raises(Unreadable) as refused:
            _read(text)
        assert refused.value.rule.code == "file_too_large"
