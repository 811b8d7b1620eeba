"""Rows that leave out what their other cells belong to, and cells that a program left as errors."""

import pytest

from tests.unit.declaration.bulk import sheets


def test_a_vehicle_on_a_row_without_its_line_is_a_fault_of_that_filing_alone() -> None:
    one, other, last = sheets.of_csv(
        b"reference,lines.number,lines.vehicles.vin\nA,1,x\nA,,y\nB,,z\nC,1,v\n"
    )
    (fault,) = one.faults
    assert (fault["code"], fault["line"], fault["column"]) == ("missing", 3, "lines.number")
    (fault,) = other.faults
    assert (fault["code"], fault["line"], fault["pointer"]) == ("missing", 4, "/lines/0/number")
    assert one.document["lines"][0] == {"number": 1, "vehicles": [{"vin": "x"}]}
    assert (last.faults, last.reference) == ([], "C")


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?"])
def test_a_reference_that_is_an_error_of_a_formula_is_told_and_no_comment(error: str) -> None:
    (group,) = sheets.of_csv(f"reference,marks\n{error},x\n# a note,y\n".encode())
    assert ("no_reference", 2) in {(each["code"], each["line"]) for each in group.faults}
    assert (group.reference, group.rows) == ("", 1)


def test_any_other_cell_that_is_an_error_of_a_formula_is_a_fault() -> None:
    (group,) = sheets.of_csv(b"reference,marks,lines.number,lines.name\nA,#REF!,1,#N/A\n")
    told = {(each["code"], each["column"]) for each in group.faults}
    assert told == {("formula_error", "marks"), ("formula_error", "lines.name")}
