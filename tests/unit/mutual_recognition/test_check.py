"""A malformed table is refused whole; each fault says where it is and how to mend it."""

import copy
import json
from typing import Any

import pytest
from pydantic import ValidationError

from services.mutual_recognition.rules import check
from services.mutual_recognition.rules.table import Table
from tests.unit.mutual_recognition import builders

SELECTION: dict[str, Any] = {
    "valid_from": "2026-01-01",
    "rows": [
        {
            "id": "C-1",
            "when": [{"input": "hs_code", "op": "prefix", "value": ["44"]}],
            "then": {"inspect": True, "scope": "unpack", "skills": ["ipr"], "minutes": 60},
            "reason": {"en": "wood", "zh": "木材"},
            "source": "a law",
            "valid_from": "2026-01-01",
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


def _changed(path: str, value: object) -> Table:
    content = copy.deepcopy(SELECTION)
    place: Any = content
    *parents, last = path.split("/")
    for step in parents:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    return Table.model_validate_json(json.dumps(content))


@pytest.mark.parametrize("name", ["selection-customs", "selection-quarantine", "recognition"])
def test_the_founding_tables_have_no_faults(name: str) -> None:
    assert check.faults(name, builders.founding()[name].table, agencies=builders.AGENCIES) == ()


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("rows/1/id", "C-1", "/rows/1"),
        ("rows/0/when/0/input", "hs_kode", "/rows/0/when/0/input"),
        ("rows/0/when/0/op", "range", "/rows/0/when/0/op"),
        ("rows/0/when/0/value", "44", "/rows/0/when/0/value"),
        ("rows/0/when/0/value", ["4x"], "/rows/0/when/0/value"),
        ("rows/0/when/0/value", ["４４"], "/rows/0/when/0/value"),
        ("rows/0/when/0/value", [], "/rows/0/when/0/value"),
        (
            "rows/0/when/0",
            {"input": "net_kg", "op": "range", "value": {"min": 2, "below": 1}},
            "/rows/0/when/0/value",
        ),
        (
            "rows/0/when/0",
            {"input": "net_kg", "op": "equals", "value": "1"},
            "/rows/0/when/0/op",
        ),
        (
            "rows/0/when/0",
            {"input": "wooden_packing", "op": "equals", "value": "yes"},
            "/rows/0/when/0/value",
        ),
        ("rows/0/then", {"inspect": True, "minutes": 60}, "/rows/0/then"),
        ("rows/0/then", {"eligible": True, "elements": ["name"]}, "/rows/0/then"),
        ("rows/0/then/skills", ["plant"], "/rows/0/then/skills"),
        ("rows/1/when", SELECTION["rows"][0]["when"], "/rows/1"),
        ("rows/1/valid_to", "2030-01-01", "/rows/1"),
        ("rows/1/valid_from", "2026-01-02", "/rows/1"),
        ("rows/1/then", {"inspect": True, "scope": "scan", "minutes": 30}, "/rows/1"),
    ],
)
def test_each_broken_rule_of_a_table_is_found_at_its_place(
    path: str, value: object, pointer: str
) -> None:
    faults = check.faults("selection-customs", _changed(path, value), agencies=builders.AGENCIES)
    assert pointer in [fault.pointer for fault in faults]
    assert all(fault.row and fault.mend_en and fault.mend_zh for fault in faults)


def test_one_goods_line_cannot_make_a_whole_filing_eligible() -> None:
    content = json.loads((builders.FOUNDING / "recognition.json").read_text("utf-8"))
    content["rows"][-2]["when"].append({"input": "hs_code", "op": "prefix", "value": ["44"]})
    faults = check.faults("recognition", Table.model_validate(content), agencies=builders.AGENCIES)
    assert [fault.pointer for fault in faults] == [f"/rows/{len(content['rows']) - 2}/then"]


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
