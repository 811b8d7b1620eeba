"""No mutation of what is known of a filing lets it through, unless the published rows say so.

Beside the service stands a plain reading of the tables: row by row, and only of values that are
there and of their kind. Where the service recognises or does not inspect, the plain reading must
find the same.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.mutual_recognition import store
from services.mutual_recognition.decision_tables.dictionary import Inputs
from services.mutual_recognition.decision_tables.table import Cell, Range, Row
from services.mutual_recognition.domain.determination import Determination
from services.mutual_recognition.domain.requirement import Pending
from services.mutual_recognition.rules import decide, inputs
from services.mutual_recognition.rules.decide import Case
from shared.contracts.filing import Consignment, GoodsLine
from shared.contracts.values import Mode, Purpose
from tests import factories
from tests.unit.mutual_recognition import builders

VALID = builders.trusted(builders.wood())
AGENCIES = ("quarantine", "customs")
WRONG: tuple[Any, ...] = (
    *(None, True, False, "", "high", "HIGH", "ｈｉｇｈ", "import", "0", "x" * 100),
    *(0, 1, 0.0, float("nan"), float("inf"), b"high", [], (), {}, ("44",), date(2026, 3, 2)),
    *(Decimal(0), Decimal(-1), Decimal("1E+30"), Decimal("NaN"), Decimal("Infinity")),
)
GONE = object()
LINE = factories.line(1, hs_code="4407110000", name="sawn pine 松木板材")
FILING_NAMES = sorted({*VALID.inputs.filing, "nothing_of_ours"})
LINE_NAMES = sorted(VALID.inputs.lines[0])


def _mutated(case: Case, filing: Mapping[str, Any], line: Mapping[str, Any]) -> Case:
    return replace(
        case, inputs=Inputs(_with(case.inputs.filing, filing), (_with(case.inputs.lines[0], line),))
    )


def _with(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**values, **changes}.items() if value is not GONE}


_CHANGE = st.sampled_from([*WRONG, GONE])
_FILING = st.dictionaries(st.sampled_from(FILING_NAMES), _CHANGE, max_size=3)
_LINE = st.dictionaries(st.sampled_from(LINE_NAMES), _CHANGE, max_size=2)
_INSPECTED = st.sampled_from(
    [
        VALID,
        builders.case(builders.wood()),
        builders.case(builders.wood(duty_percent="5")),
        builders.trusted(builders.wood(licences=["O"])),
        builders.trusted(builders.wood(), drawn=10),
        builders.trusted(builders.consignment(lines=[factories.line(1, hs_code="0202300000")])),
        builders.trusted(builders.wood(), drawn=10).refused({}),
    ]
)


@builders.ANY_MACHINE
@given(case=_INSPECTED, filing=_FILING, line=_LINE)
@example(case=VALID, filing={"dangerous_goods": GONE}, line={})
@example(case=VALID, filing={"rating_customs": "HIGH"}, line={})
@example(case=VALID, filing={}, line={"hs_code": GONE})
def test_what_is_let_through_the_published_rows_let_through(
    case: Case, filing: dict[str, Any], line: dict[str, Any]
) -> None:
    mutant = _mutated(case, filing, line)
    result = decide.decide(mutant, agencies=builders.AGENCIES)
    selecting = {agency for agency in AGENCIES if not _spares(mutant, agency)}
    assert selecting <= _selected(result)
    if result.mode is Mode.RECOGNITION:
        assert not mutant.recognition_refused
        assert _grants(mutant)


@builders.ANY_MACHINE
@given(names=st.sets(st.sampled_from([*FILING_NAMES, *LINE_NAMES]), min_size=1))
def test_a_filing_of_which_less_is_known_is_never_inspected_less(names: set[str]) -> None:
    gone = dict.fromkeys(names, GONE)
    result = decide.decide(_mutated(VALID, gone, gone), agencies=builders.AGENCIES)
    assert _selected(result) == set(AGENCIES)


UNSAFE = (
    {"dangerous_goods": True},
    {"lines": [LINE | {"licences": ["O"]}]},
    {"lines": [LINE, LINE | {"number": 2, "duty_percent": "5"}]},
    {"lines": [LINE, LINE | {"number": 2, "licences": ["O"]}]},
    {"lines": [LINE, LINE | {"number": 2}, LINE | {"number": 3, "duty_percent": "5"}]},
)
PATHS = (*Consignment.model_fields, *(f"lines/{name}" for name in GoodsLine.model_fields))


@builders.ANY_MACHINE
@given(
    unsafe=st.sampled_from(UNSAFE),
    spoilt=st.dictionaries(
        st.sampled_from(PATHS), st.sampled_from([GONE, None, "", "-5", "1E+30", 0, []]), max_size=3
    ),
)
@example(unsafe=UNSAFE[0], spoilt={"dangerous_goods": GONE})
@example(unsafe=UNSAFE[1], spoilt={"lines/licences": GONE})
@example(unsafe=UNSAFE[2], spoilt={"lines/duty_percent": "-5"})
def test_no_event_of_which_something_is_missing_or_spoilt_is_recognised(
    unsafe: dict[str, Any], spoilt: dict[str, Any]
) -> None:
    """What was told is dropped or replaced, by words that do not say that all is in order."""
    told = json.loads(builders.consignment(**{"lines": [LINE], **unsafe}).model_dump_json())
    assert _mode(told) is Mode.JOINT
    said_otherwise = {"dangerous_goods": 0, "lines/licences": [], "lines/duty_percent": 0}
    assume(all(spoilt.get(path, GONE) != value for path, value in said_otherwise.items()))
    of_lines = {path[6:]: value for path, value in spoilt.items() if path.startswith("lines/")}
    of_filing = {path: value for path, value in spoilt.items() if not path.startswith("lines/")}
    lines = [_with(line, of_lines) for line in told["lines"]]
    assert _mode(_with({**told, "lines": lines}, of_filing)) is not Mode.RECOGNITION


@pytest.mark.parametrize("path", ["dangerous_goods", "lines/licences"])
def test_what_was_not_told_is_not_known_either_after_it_was_stored(path: str) -> None:
    told = json.loads(builders.consignment(lines=[LINE]).model_dump_json())
    where = told["lines"][0] if path.startswith("lines/") else told
    del where[path.removeprefix("lines/")]
    untold = Consignment.model_validate(told)
    required = replace(
        builders.requirement()[0],
        consignment=untold,
        pending=Pending(purpose=Purpose.AMEND, filing_version=2, consignment=untold),
    )
    stored = store.requirement_of(json.loads(json.dumps(store.columns_of(required), default=str)))
    assert stored.pending is not None
    for kept in (stored.consignment, stored.pending.consignment or builders.wood()):
        assert kept == untold
        assert inputs.of(kept) == inputs.of(untold)
        assert decide.decide(builders.trusted(kept), agencies=builders.AGENCIES).mode is Mode.JOINT


def _mode(told: dict[str, Any]) -> Mode | None:
    """How a trusted company's filing is inspected; None if no service takes the event."""
    try:
        consignment = Consignment.model_validate_json(json.dumps(told))
    except ValidationError:
        return None
    return decide.decide(builders.trusted(consignment), agencies=builders.AGENCIES).mode


def test_the_plain_reading_lets_through_what_is_in_order() -> None:
    assert _grants(VALID)
    laptops = builders.case(builders.consignment(lines=[factories.line(1)]))
    assert all(_spares(laptops, agency) for agency in AGENCIES)
    assert not _spares(VALID, "customs")


def _selected(result: Determination) -> set[str]:
    recognising = {result.recognising.agency} if result.recognising else set()
    return {need.agency for need in result.needs} | recognising


def _spares(case: Case, agency: str) -> bool:
    """Whether every row of its selection that inspects is surely not met."""
    name = f"selection-{agency}"
    values = {**case.inputs.filing, **case.inputs.lines[0], "draw": Decimal(case.draws[name])}
    rows = [row for row in case.tables[name].table.rows if row.then.inspect]
    return all(_holds(row, values) is False for row in rows)


def _grants(case: Case) -> bool:
    """Whether the first row that is not surely unmet makes it eligible, and surely is met."""
    scopes = {"scope_quarantine": "unpack", "scope_customs": "unpack", "primary_covers": True}
    drawn = {"draw": Decimal(case.draws["recognition"])}
    values = {**case.inputs.filing, **case.inputs.lines[0], **scopes, **drawn}
    for row in case.tables["recognition"].table.rows:
        held = _holds(row, values)
        if held is not False:
            return held is True and row.then.eligible is True
    return False


def _holds(row: Row, values: Mapping[str, Any]) -> bool | None:
    """Whether a row is met; None if something that it asks cannot be told."""
    held = [_cell(cell, values.get(cell.input)) for cell in row.when]
    return None if None in held else all(held)


def _cell(cell: Cell, actual: Any) -> bool | None:
    wanted: Any = cell.value
    if isinstance(wanted, bool):
        return actual is wanted if isinstance(actual, bool) else None
    if isinstance(wanted, Range):
        if not isinstance(actual, Decimal) or not actual.is_finite():
            return None
        low, high = wanted.min, wanted.below
        return (low is None or actual >= low) and (high is None or actual < high)
    if not isinstance(actual, str):
        return None
    if cell.op == "prefix":
        return actual.startswith(tuple(wanted))
    closed = {"direction": {"import", "export"}, **dict.fromkeys(_RATINGS, _GRADES)}
    if actual not in closed.get(cell.input, {actual}):
        return None
    return actual in ((wanted,) if isinstance(wanted, str) else wanted)


_RATINGS = ("rating_customs", "rating_quarantine")
_GRADES = {"high", "ordinary", "low", "unrated", "suspended"}
