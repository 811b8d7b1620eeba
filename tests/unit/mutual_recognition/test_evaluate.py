"""A row is met or not; one that cannot be evaluated is never taken for "not"."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mutual_recognition.rules import decide, evaluate, inputs
from services.mutual_recognition.rules.inputs import Inputs, Value
from services.mutual_recognition.rules.table import Table
from shared.contracts.values import Mode
from tests.unit.mutual_recognition import builders

FILING: dict[str, Value] = {"direction": "import", "wooden_packing": True, "net_kg": Decimal(100)}
LINES: tuple[dict[str, Value], ...] = (
    {"hs_code": "4407110000", "origin": "CA", "licences": ()},
    {"hs_code": "8471300000", "origin": "KR", "licences": ("O", "7")},
)


def _table(*when: dict[str, Any], **row: Any) -> Table:
    meaning = {
        "then": {"inspect": True, "scope": "unpack", "minutes": 60},
        "reason": {"en": "a reason", "zh": "理由"},
        "source": "a law",
        "valid_from": "2020-01-01",
    }
    return Table.model_validate(
        {"valid_from": "2020-01-01", "rows": [{"id": "R1", "when": when, **meaning, **row}]}
    )


def _cell(name: str, op: str, value: object = None) -> dict[str, Any]:
    return {"input": name, "op": op, "value": value}


@pytest.mark.parametrize(
    ("cell", "met"),
    [
        (_cell("direction", "equals", "import"), True),
        (_cell("direction", "equals", "export"), False),
        (_cell("direction", "in", ["export", "import"]), True),
        (_cell("wooden_packing", "equals", value=True), True),
        (_cell("net_kg", "range", {"min": "100", "below": "100.01"}), True),
        (_cell("net_kg", "range", {"below": "100"}), False),
        (_cell("net_kg", "range", {"min": "100.01"}), False),
        (_cell("hs_code", "prefix", ["85", "4407"]), True),
        (_cell("hs_code", "prefix", ["07"]), False),
        (_cell("licences", "in", ["7"]), True),
        (_cell("licences", "in", ["6"]), False),
        (_cell("consignee", "any"), True),
    ],
)
def test_an_operator_compares_as_it_says(cell: dict[str, Any], *, met: bool) -> None:
    hit = evaluate.first(_table(cell), Inputs(FILING, LINES), on=builders.DAY)
    assert (hit is not None) == met
    assert hit is None or hit.fault is None


def test_one_and_the_same_line_must_meet_all_that_is_asked_of_a_line() -> None:
    wood = _cell("hs_code", "prefix", ["44"])
    here, there = _cell("origin", "equals", "CA"), _cell("origin", "equals", "KR")
    known = Inputs(FILING, LINES)
    assert evaluate.first(_table(wood, here), known, on=builders.DAY)
    assert evaluate.first(_table(wood, there), known, on=builders.DAY) is None


@pytest.mark.parametrize(
    ("filing", "lines"),
    [
        ({}, LINES),
        ({"net_kg": None}, LINES),
        ({"net_kg": "100"}, LINES),
        ({"net_kg": 100.0}, LINES),
        ({"net_kg": Decimal("NaN")}, LINES),
        ({"net_kg": Decimal(1)}, ()),
        ({"net_kg": Decimal(1)}, ({"origin": "CA"},)),
    ],
)
def test_a_missing_or_ill_typed_input_is_a_fault_and_not_a_no(
    filing: dict[str, Any], lines: tuple[dict[str, Any], ...]
) -> None:
    table = _table(_cell("net_kg", "range", {"min": "1000"}), _cell("hs_code", "prefix", ["01"]))
    hit = evaluate.first(table, Inputs(filing, lines), on=builders.DAY)
    assert hit is not None
    assert hit.fault


def test_a_row_counts_on_both_days_of_its_validity_and_on_no_other() -> None:
    table = _table(valid_from="2026-03-02", valid_to="2026-03-03")
    days = [date(2026, 3, day) for day in (1, 2, 3, 4)]
    known = Inputs(FILING, LINES)
    assert [evaluate.first(table, known, on=day) is not None for day in days] == [
        False,
        True,
        True,
        False,
    ]


_VALUES = st.none() | st.booleans() | st.text(max_size=3) | st.decimals() | st.floats()


@given(
    filing=st.dictionaries(st.sampled_from(sorted(inputs.FILING_INPUTS)), _VALUES),
    line=st.dictionaries(st.sampled_from(sorted(inputs.LINE_INPUTS)), _VALUES),
)
def test_a_filing_of_junk_is_never_let_through(
    filing: dict[str, Any], line: dict[str, Any]
) -> None:
    case = builders.case()
    junk = decide.Case(
        inputs=Inputs(filing, (line,)), on=case.on, tables=case.tables, draws=case.draws
    )
    determination = decide.decide(junk, agencies=builders.AGENCIES)
    assert determination.mode in {Mode.JOINT, Mode.SINGLE}
