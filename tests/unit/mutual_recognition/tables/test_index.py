"""A row is met or not; one that cannot be evaluated is never taken for "not"."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mutual_recognition.decision_tables.dictionary import Inputs, Value
from services.mutual_recognition.decision_tables.index import Index
from services.mutual_recognition.decision_tables.table import Cell, Days, Range, Table
from tests.unit.mutual_recognition import builders
from tests.unit.mutual_recognition.tables import small
from tests.unit.mutual_recognition.tables.small import cell

FILING: dict[str, Value] = {
    "way": "in",
    "country": "CA",
    "kg": Decimal(100),
    "wood": True,
    "arrival": date(2026, 3, 9),
    "marks": (),
}
LINES: tuple[dict[str, Value], ...] = (
    {"code": "4407110000", "origin": "CA", "papers": ()},
    {"code": "8471300000", "origin": "KR", "papers": ("O", "7")},
)


def _met(*when: dict[str, Any], **more: Any) -> bool:
    content = small.table(small.row("R", *when, then=small.INSPECT, **more))
    found = small.hits(content, FILING, *LINES)
    assert all(hit.fault is None for hit in found)
    return bool(found)


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        (cell("way", "equals", "in"), True),
        (cell("way", "equals", "out"), False),
        (cell("way", "in", ["out", "in"]), True),
        (cell("country", "in", ["KR", "US"]), False),
        (cell("wood", "equals", value=True), True),
        (cell("kg", "range", {"min": "100", "below": "100.01"}), True),
        (cell("kg", "range", {"below": "100"}), False),
        (cell("kg", "range", {"min": "100.01"}), False),
        (cell("arrival", "days", {"first": "2026-03-09", "last": "2026-03-09"}), True),
        (cell("arrival", "days", {"last": "2026-03-08"}), False),
        (cell("arrival", "days", {"first": "2026-03-10"}), False),
        (cell("code", "prefix", ["85", "4407"]), True),
        (cell("code", "prefix", ["07"]), False),
        (cell("code", "equals", "4407110000"), True),
        (cell("code", "equals", "4407"), False),
        (cell("papers", "in", ["7"]), True),
        (cell("papers", "in", ["6"]), False),
        (cell("country", "any"), True),
    ],
)
def test_an_operator_compares_as_it_says(condition: dict[str, Any], *, met: bool) -> None:
    assert _met(condition) == met


def test_one_and_the_same_line_must_meet_all_that_is_asked_of_a_line() -> None:
    wood = cell("code", "prefix", ["44"])
    assert _met(wood, cell("origin", "equals", "CA"))
    assert not _met(wood, cell("origin", "equals", "KR"))


@pytest.mark.parametrize(
    ("filing", "lines", "why"),
    [
        ({}, LINES, "kg is missing"),
        ({"kg": None}, LINES, "kg is missing"),
        ({"kg": "100"}, LINES, "kg is not a number"),
        ({"kg": 100.0}, LINES, "kg is not a number"),
        ({"kg": Decimal("NaN")}, LINES, "kg is not a finite number"),
        ({"kg": Decimal(1)}, (), "there are no goods lines"),
        ({"kg": Decimal(1)}, ({"origin": "CA"},), "code is missing"),
        ({"kg": Decimal(1)}, (*LINES, {"origin": "CA"}), "code is missing"),
        ({"kg": Decimal(1), "way": "through"}, LINES, "way is none of in, out"),
    ],
)
def test_a_missing_or_impossible_input_is_a_fault_and_not_a_no(
    filing: dict[str, Any], lines: tuple[dict[str, Any], ...], why: str
) -> None:
    asks = [
        cell("kg", "range", {"min": "1000"}),
        cell("code", "prefix", ["01"]),
        cell("way", "equals", "out"),
    ]
    content = small.table(small.row("R", *asks, then=small.INSPECT))
    (hit,) = small.hits(content, {"way": "in", **filing}, *lines)
    assert hit.fault == why


@pytest.mark.parametrize("equal", [1, True, 1.0, Decimal("sNaN"), [1]])
def test_what_equals_a_number_that_was_seen_is_no_number_yet(equal: Any) -> None:
    content = small.table(small.row("R", cell("kg", "range", {"below": "2"}), then=small.INSPECT))
    index = Index(content, small.DICTIONARY)
    for kg, fault in ((Decimal(1), None), (equal, "kg is not a"), (Decimal("1.0"), None)):
        (hit,) = index.hits(Inputs({"kg": kg}, ()), on=small.ON)
        assert (hit.fault or "").startswith(fault or "")
        assert (hit.fault is None) == (fault is None)


def test_a_code_that_is_no_text_is_a_fault() -> None:
    content = small.table(small.row("R", cell("papers", "in", ["7"]), then=small.INSPECT))
    index = Index(content, small.DICTIONARY)
    strange: Any = ({"papers": ([], "7")}, {"papers": ("7",)})
    for lines, fault in ((LINES, None), (strange, "papers is not a codes"), (LINES, None)):
        assert [hit.fault for hit in index.hits(Inputs(FILING, lines), on=small.ON)] == [fault]


def test_a_row_that_does_not_fit_the_dictionary_is_broken_for_every_filing() -> None:
    unheard_of = small.row("R1", cell("colour", "equals", "red"), then=small.INSPECT)
    impossible = small.row("R2", cell("way", "equals", "through"), then=small.INSPECT)
    found = small.hits(small.table(unheard_of, impossible), FILING, *LINES)
    assert [hit.fault for hit in found] == ["colour: unknown_input", "way: value_never_occurs"]


def test_a_row_counts_on_both_days_of_its_validity_and_on_no_other() -> None:
    valid = {"valid_from": "2026-03-02", "valid_to": "2026-03-03"}
    content = small.table(small.row("R", then=small.INSPECT, **valid))
    days = [date(2026, 3, day) for day in (1, 2, 3, 4)]
    assert [len(small.hits(content, FILING, on=day)) for day in days] == [0, 1, 1, 0]


def _condition(name: str) -> st.SearchStrategy[dict[str, Any]]:
    number = st.sampled_from(["1", "2", "2.5"])
    words = {
        "way": st.sampled_from(["in", "out"]),
        "country": st.sampled_from(["CA", "KR"]),
        "origin": st.sampled_from(["CA", "KR"]),
        "papers": st.sampled_from(["7", "O"]),
        "code": st.sampled_from(["44", "4407", "440711", "85"]),
    }
    if name == "wood":
        return st.booleans().map(lambda value: cell(name, "equals", value))
    if name == "kg":
        return st.builds(lambda low: cell(name, "range", {"min": low, "below": "3"}), number) | (
            st.builds(lambda high: cell(name, "range", {"below": high}), number)
        )
    if name == "arrival":
        day = st.sampled_from(["2026-03-01", "2026-03-05"])
        return st.builds(lambda first: cell(name, "days", {"first": first}), day)
    op = "prefix" if name == "code" else "in"
    some = st.lists(words[name], min_size=1, max_size=3)
    return some.map(lambda listed: cell(name, op, listed))


_ASKED = st.lists(st.sampled_from(sorted({*small.DICTIONARY} - {"marks"})), max_size=3, unique=True)
_ROWS = st.lists(
    _ASKED.flatmap(lambda names: st.tuples(*(_condition(name) for name in names))),
    min_size=1,
    max_size=6,
)
_FILINGS = st.fixed_dictionaries(
    {
        "way": st.sampled_from(["in", "out"]),
        "country": st.sampled_from(["CA", "KR", "US"]),
        "kg": st.sampled_from(["0", "1", "2", "2.49", "2.5", "3"]).map(Decimal),
        "wood": st.booleans(),
        "arrival": st.sampled_from([date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 5)]),
    }
)
_LINES = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(["4407110000", "4407120000", "4401000000", "8500000000", "01"]),
            "origin": st.sampled_from(["CA", "US"]),
            "papers": st.sampled_from([(), ("7",), ("7", "O"), ("X",)]),
        }
    ),
    min_size=1,
    max_size=3,
)


@builders.ANY_MACHINE
@given(rows=_ROWS, filing=_FILINGS, lines=_LINES)
def test_the_index_finds_what_reading_row_by_row_finds(
    rows: list[tuple[dict[str, Any], ...]],
    filing: dict[str, Value],
    lines: list[dict[str, Value]],
) -> None:
    content = small.table(
        *(small.row(f"R{n}", *when, then=small.INSPECT) for n, when in enumerate(rows))
    )
    found = Index(content, small.DICTIONARY).hits(Inputs(filing, tuple(lines)), on=small.ON)
    assert [hit.row.id for hit in found] == _read(content, filing, lines)


def _read(content: Table, filing: dict[str, Value], lines: list[dict[str, Value]]) -> list[str]:
    """The plain meaning of a table: look at every row, every condition and every line."""
    return [
        row.id
        for row in content.rows
        if any(all(_holds(each, {**filing, **line}) for each in row.when) for line in lines)
    ]


def _holds(condition: Cell, values: dict[str, Value]) -> bool:
    actual: Any = values[condition.input]
    wanted: Any = condition.value
    if isinstance(wanted, Range):
        return (wanted.min is None or wanted.min <= actual) and (
            wanted.below is None or actual < wanted.below
        )
    if isinstance(wanted, Days):
        return wanted.first is not None and wanted.first <= actual
    if isinstance(wanted, bool):
        return bool(actual is wanted)
    if condition.input == "papers":
        return any(each in actual for each in wanted)
    if condition.input == "code":
        return any(actual.startswith(each) for each in wanted)
    return actual in wanted
