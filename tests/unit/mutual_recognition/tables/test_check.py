"""A malformed table is refused whole; each fault says where it is and how to mend it."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.mutual_recognition.decision_tables import check, files
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.rules import dictionaries
from shared.errors import Fault, Faults
from tests.unit.mutual_recognition import builders

NAMES = ["recognition", "selection-customs", "selection-quarantine"]
BASE: dict[str, Any] = {"hs_code": "8471300000", "net_kg": "1", "wooden_packing": False}
SELECTION: dict[str, Any] = {
    "valid_from": "2026-01-01",
    "example": BASE,
    "rows": [
        {
            "id": "C-1",
            "when": [{"input": "hs_code", "op": "prefix", "value": ["44"]}],
            "then": {"inspect": True, "scope": "unpack", "skills": ["ipr"], "minutes": 60},
            "reason": {"en": "wood", "zh": "木材"},
            "source": "a law",
            "valid_from": "2026-01-01",
            "catches": {"hs_code": "4407110000"},
            "spares": {},
        },
        {
            "id": "C-2",
            "then": {"inspect": False},
            "reason": {"en": "nothing", "zh": "无"},
            "source": "a law",
            "valid_from": "2026-01-01",
        },
    ],
}


def _faults(name: str, content: Table) -> tuple[Fault, ...]:
    agencies = builders.AGENCIES
    return check.faults(
        name, content, dictionary=dictionaries.of(name, agencies), agencies=agencies
    )


def _changed(path: str, value: object) -> Table:
    content = copy.deepcopy(SELECTION)
    place: Any = content
    *parents, last = path.split("/")
    for step in parents:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    return Table.model_validate_json(json.dumps(content))


@pytest.mark.parametrize("name", NAMES)
def test_the_founding_tables_have_no_faults(name: str) -> None:
    assert _faults(name, builders.founding()[name].table) == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_second_founding_version_has_the_rows_of_the_first(name: str) -> None:
    first = json.loads((builders.FOUNDING / f"{name}.json").read_text("utf-8"))
    before = builders.FOUNDING / "before" / f"{name}.toml"
    file = before if before.exists() else builders.FOUNDING / f"{name}.toml"
    examples = {"catches", "spares"}
    second = [
        row.model_copy(update=dict.fromkeys(examples)) for row in files.read(file.read_bytes()).rows
    ]
    assert second == list(Table.model_validate(first).rows)


@pytest.mark.parametrize(
    ("path", "value", "code", "pointer"),
    [
        ("rows/1/id", "C-1", "duplicate_id", "/rows/1"),
        ("rows/0/when/0/input", "hs_kode", "unknown_input", "/rows/0/when/0/input"),
        ("rows/0/when/0/op", "range", "operator_does_not_fit", "/rows/0/when/0/op"),
        ("rows/0/when/0/value", "44", "value_does_not_fit", "/rows/0/when/0/value"),
        ("rows/0/when/0/value", ["4x"], "value_does_not_fit", "/rows/0/when/0/value"),
        ("rows/0/when/0/value", ["４４"], "value_does_not_fit", "/rows/0/when/0/value"),
        ("rows/0/when/0/value", [], "value_does_not_fit", "/rows/0/when/0/value"),
        (
            "rows/0/when/0",
            {"input": "net_kg", "op": "range", "value": {"min": 2, "below": 1}},
            "value_does_not_fit",
            "/rows/0/when/0/value",
        ),
        (
            "rows/0/when/0",
            {
                "input": "arrival",
                "op": "days",
                "value": {"first": "2026-02-02", "last": "2026-02-01"},
            },
            "value_does_not_fit",
            "/rows/0/when/0/value",
        ),
        (
            "rows/0/when/0",
            {"input": "net_kg", "op": "equals", "value": "1"},
            "operator_does_not_fit",
            "/rows/0/when/0/op",
        ),
        (
            "rows/0/when/0",
            {"input": "consignee", "op": "prefix", "value": ["91"]},
            "operator_does_not_fit",
            "/rows/0/when/0/op",
        ),
        (
            "rows/0/when/0",
            {"input": "wooden_packing", "op": "equals", "value": "yes"},
            "value_does_not_fit",
            "/rows/0/when/0/value",
        ),
        (
            "rows/0/when/0",
            {"input": "rating_customs", "op": "in", "value": ["high", "excellent"]},
            "value_never_occurs",
            "/rows/0/when/0/value",
        ),
        (
            "rows/0/when",
            [SELECTION["rows"][0]["when"][0], {"input": "hs_code", "op": "prefix", "value": ["4"]}],
            "input_twice",
            "/rows/0/when/1",
        ),
        ("rows/0/when", [], "total_row_not_last", "/rows/0"),
        ("rows/0/then", {"inspect": True, "minutes": 60}, "scope_and_minutes", "/rows/0/then"),
        ("rows/1/then", {"inspect": False, "bay": "scan"}, "scope_and_minutes", "/rows/1/then"),
        (
            "rows/0/then",
            {"eligible": True, "elements": ["name"]},
            "not_a_selection_verdict",
            "/rows/0/then",
        ),
        ("rows/0/then/skills", ["plant"], "row_asks_unknown_skill", "/rows/0/then/skills"),
        ("rows/1/when", SELECTION["rows"][0]["when"], "last_row_not_total", "/rows/1"),
        ("rows/1/valid_to", "2030-01-01", "last_row_not_always_valid", "/rows/1"),
        ("rows/1/valid_from", "2026-01-02", "last_row_not_always_valid", "/rows/1"),
        (
            "rows/1/then",
            {"inspect": True, "scope": "scan", "minutes": 30},
            "last_row_not_the_default",
            "/rows/1",
        ),
        ("example", None, "example_missing", "/example"),
        ("example", {}, "example_cannot_be_decided", "/example"),
        ("example/hs_code", "4407110000", "example_not_caught", "/example"),
        ("example/colour", "red", "example_cannot_be_decided", "/example"),
        ("rows/0/catches", None, "example_missing", "/rows/0/catches"),
        ("rows/0/spares", None, "example_missing", "/rows/0/spares"),
        ("rows/0/catches", {}, "example_not_caught", "/rows/0/catches"),
        ("rows/0/spares", {"hs_code": "44"}, "example_not_spared", "/rows/0/spares"),
        ("rows/0/spares", {"net_kg": "much"}, "example_cannot_be_decided", "/rows/0/spares"),
    ],
)
def test_each_broken_rule_of_a_table_is_found_at_its_place(
    path: str, value: object, code: str, pointer: str
) -> None:
    found = _faults("selection-customs", _changed(path, value))
    assert (code, pointer) in [(fault.code, fault.pointer) for fault in found]
    assert all(fault.facts["row"] and fault.facts["column"] for fault in found)
    assert all(fault.mend_en and fault.mend_zh for fault in found)


def test_one_goods_line_cannot_make_a_whole_filing_eligible() -> None:
    content = json.loads((builders.FOUNDING / "recognition.json").read_text("utf-8"))
    content["rows"][-2]["when"].append({"input": "hs_code", "op": "prefix", "value": ["44"]})
    found = _faults("recognition", Table.model_validate(content))
    assert [(fault.code, fault.pointer) for fault in found] == [
        ("eligible_by_one_line", f"/rows/{len(content['rows']) - 2}/then")
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("rows", []),
        ("rows/0/unheard_of", 1),
        ("rows/0/when/0/op", "matches"),
        ("rows/0/then/scope", "glance"),
        ("rows/0/then/minutes", 181),
        ("rows/0/valid_to", "2025-12-31"),
        ("rows/0/reason", {"en": "wood"}),
    ],
)
def test_what_no_table_can_hold_does_not_parse(path: str, value: object) -> None:
    with pytest.raises(ValidationError):
        _changed(path, value)


def _refused(content: str) -> list[tuple[str, Any, Any]]:
    with pytest.raises(Faults) as refused:
        files.read(content.encode())
    return [(each.code, each.facts["row"], each.facts["column"]) for each in refused.value.faults]


def test_a_file_that_is_no_table_is_refused_with_row_and_column() -> None:
    whole = _text("recognition")
    assert _refused(whole.replace("\nwhen = [", "\nwhen = [[", 1))[0][:2] == ("not_toml", "table")
    assert _refused(whole.replace('op = "range"', 'op = "about"', 1)) == [
        ("not_in_list", "R-DUTY-CUSTOMS", "op")
    ]
    assert _refused(whole.replace("eligible = false", "eligible = 0", 1)) == [
        ("wrong_type", "R-DANGEROUS", "eligible")
    ]
    assert _refused(whole.replace("valid_from", "from", 1)) == [
        ("missing", "table", "valid_from"),
        ("unknown_field", "table", "from"),
    ]
    with pytest.raises(Faults):
        files.read(b"\xff")


def test_a_number_in_a_file_stays_exact() -> None:
    exact = files.read(_text("recognition").replace('{ min = "0.01" }', "{ min = 0.01 }").encode())
    assert exact == builders.founding()["recognition"].table


def _text(name: str) -> str:
    return Path(builders.FOUNDING / f"{name}.toml").read_text("utf-8")
