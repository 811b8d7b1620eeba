"""The merge of two forms: what becomes of lines, containers, conflicts and answers."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.declaration.merging.desk import Answer
from services.declaration.merging.rules import Form, Kind
from tests.unit.declaration.merging.pairs import (
    Document,
    both,
    entry,
    example,
    half,
    merged,
)


def test_the_examples_conflict_in_their_dates_alone() -> None:
    found = merged(example("customs"), example("inspection"))
    assert [each.place for each in found.conflicts] == ["/arrival"]
    assert "arrival" not in found.filing


@pytest.mark.parametrize(
    ("answer", "arrival"),
    [
        (Answer("/arrival", take=Form.CUSTOMS), "2026-03-02T16:00:00Z"),
        (Answer("/arrival", take=Form.INSPECTION), "2026-03-03T16:00:00Z"),
        (Answer("/arrival", value="2026-03-03T06:00:00Z"), "2026-03-03T06:00:00Z"),
    ],
)
def test_an_answer_settles_a_conflict(answer: Answer, arrival: str) -> None:
    found = merged(example("customs"), example("inspection"), answer)
    assert (found.conflicts, found.unused) == ([], [])
    assert found.filing["arrival"] == arrival
    told = entry(found, "/arrival")
    assert (told.rule.code, told.kind) == ("answered", Kind.REAL)
    assert (told.customs, told.inspection) == ("20260303", "20260304")


@pytest.mark.parametrize(
    "answer",
    [
        Answer("/contract", take=Form.CUSTOMS),
        Answer("/colour", value="red"),
        Answer("/lines/9/duty_percent", value="1"),
        Answer("/packages", value="many"),
        Answer("", value="x"),
        Answer("/lines", value="x"),
    ],
)
def test_an_answer_to_what_is_not_asked_is_told(answer: Answer) -> None:
    found = merged(*both(), answer)
    assert found.unused == [answer.place]
    assert found.filing == merged(*both()).filing


def test_an_answer_supplies_what_neither_form_has() -> None:
    found = merged(
        *both(),
        Answer("/lines/*/duty_percent", value="12"),
        Answer("/slot_wish/auto_confirm", value="true"),
        Answer("/attachments/0/number", value="INV-1"),
    )
    assert [line["duty_percent"] for line in found.filing["lines"]] == ["12", "12"]
    assert found.filing["slot_wish"] == {"auto_confirm": True}
    assert found.filing["attachments"] == [{"type": "00000001", "number": "INV-1"}]
    assert entry(found, "/lines/1/duty_percent").rule.code == "answered"


def test_a_form_s_value_that_cannot_be_read_cannot_be_taken() -> None:
    customs, inspection = both(package_type="3")
    answer = Answer("/package_type", take=Form.CUSTOMS)
    found = merged(customs, inspection, answer)
    assert [each.place for each in found.conflicts] == ["/package_type"]
    assert found.unused == ["/package_type"]


def test_totals_of_the_lines_are_held_against_the_header() -> None:
    customs, inspection = both(packages=901, net_weight="18001")
    found = merged(customs, inspection)
    assert {each.place for each in found.conflicts} == {"/packages", "/net_kg"}
    assert entry(found, "/packages").inspection == [600, 300]


def test_kinds_of_packages_beside_the_most_frequent_become_other_packing() -> None:
    customs, inspection = both()
    inspection["lines"][1]["package_type"] = "4C11"
    found = merged(customs, inspection).filing
    assert found["package_type"] == "22"
    assert found["other_packing"] == [{"type": "23", "quantity": 300}]
    assert found["wooden_packing"] is True


def test_what_a_filing_of_the_day_does_not_have_is_left_out_and_told() -> None:
    day = merged(*both(), day=date(2024, 1, 1))
    assert "port_authority" not in day.filing
    assert entry(day, "/port_authority").rule.code == "not_asked_today"
    assert merged(*both()).filing["port_authority"] == "370000"


def test_marks_and_house_bills_go_where_their_facts_are_now() -> None:
    customs, inspection = both(guarantee_release="1")
    inspection |= {"house_bill": "H01", "special_passage": "00001"}
    found = merged(customs | {"bill_of_lading": "OSTQ26030001*H01"}, inspection)
    assert found.conflicts == []
    assert found.filing["business_matters"] == ["guarantee_release", "paperless_tax"]
    assert found.filing["special_business"] == ["5"]


def test_what_is_asked_no_more_is_reported_with_its_reason() -> None:
    dropped = {each["item"]: each for each in merged(*both()).plain()["dropped"]}
    assert set(dropped) == {
        *("declaration_date", "inspection_number", "application_category", "claim_expiry")
    }
    assert all(each["reason"]["en"] and each["reason"]["zh"] for each in dropped.values())


def test_a_customs_form_alone_is_a_filing_too() -> None:
    found = merged(example("customs"), None)
    assert found.conflicts == []
    assert found.filing["stopover_port"] == "AUS000"
    assert found.filing["lines"][0]["net_kg"] == "18000"


@pytest.mark.parametrize(
    ("change", "location"),
    [
        ({"colour": "red"}, ("colour",)),
        ({"packages": "900"}, ("packages",)),
        ({"lines": []}, ("lines",)),
        ({"direction": None}, ("direction",)),
    ],
)
def test_forms_are_read_strictly(change: Document, location: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        half(Form.CUSTOMS, example("customs") | change)
    assert [each["loc"] for each in refused.value.errors()] == [location]
