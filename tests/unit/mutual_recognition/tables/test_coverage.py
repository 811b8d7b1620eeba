"""What is wrong with rows beside each other: never met, unreachable, softer first, gaps."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.dictionary import Value
from tests.unit.mutual_recognition import builders
from tests.unit.mutual_recognition.tables import small
from tests.unit.mutual_recognition.tables.small import GRANT, INSPECT, REFUSE, SPARE, cell, row

LAST = row("LAST", then=REFUSE)
HIGH = cell("kg", "range", {"min": "10"})
LOW = cell("kg", "range", {"below": "10"})


def test_a_row_that_one_row_before_covers_is_unreachable() -> None:
    wide = row("WIDE", cell("code", "prefix", ["44"]), then=REFUSE)
    narrow = row("NARROW", cell("code", "prefix", ["4407"]), HIGH, then=REFUSE)
    assert small.faults(small.table(narrow, wide, LAST)) == []
    assert small.told(small.faults(small.table(wide, narrow, LAST))) == [
        ("row_unreachable", "NARROW", "WIDE")
    ]


def test_a_row_that_only_several_rows_before_cover_together_is_unreachable() -> None:
    parts = [row("HIGH", HIGH, then=REFUSE), row("LOW", LOW, then=REFUSE)]
    wood = row("WOOD", cell("wood", "equals", value=True), then=REFUSE)
    assert small.told(small.faults(small.table(*parts, wood, LAST))) == [
        ("row_unreachable", "WOOD", "HIGH, LOW"),
        ("row_unreachable", "LAST", "HIGH, LOW, WOOD"),
    ]
    assert small.faults(small.table(parts[0], wood, LAST)) == []


def test_every_word_of_a_closed_vocabulary_together_leaves_nothing() -> None:
    ways = [row(way, cell("way", "equals", way), then=REFUSE) for way in ("in", "out")]
    assert [each.code for each in small.faults(small.table(*ways, LAST))] == ["row_unreachable"]
    country = [row(c, cell("country", "equals", c), then=REFUSE) for c in ("CA", "KR")]
    assert small.faults(small.table(*country, LAST)) == []


def test_a_row_hidden_only_for_a_time_is_not_unreachable() -> None:
    wood = cell("wood", "equals", value=True)
    first = row("FIRST", wood, then=REFUSE, valid_to="2026-06-30")
    again = row("AGAIN", wood, then=REFUSE)
    later = row("LATER", wood, then=REFUSE, valid_from="2026-05-01", valid_to="2026-06-30")
    assert small.faults(small.table(first, again, LAST)) == []
    assert [each.code for each in small.faults(small.table(first, later, LAST))] == [
        "row_unreachable"
    ]


def test_no_order_of_rows_makes_a_table_more_lenient() -> None:
    grant = row("GRANT", cell("way", "equals", "in"), then=GRANT)
    strict = row("STRICT", HIGH, then=REFUSE)
    assert small.faults(small.table(strict, grant, LAST)) == []
    assert small.told(small.faults(small.table(grant, strict, LAST))) == [
        ("hidden_by_a_softer_row", "STRICT", "GRANT")
    ]
    apart = row("APART", cell("way", "equals", "out"), HIGH, then=REFUSE)
    assert small.faults(small.table(grant, apart, LAST)) == []


@pytest.mark.parametrize(
    ("softer", "stricter"),
    [
        ({"elements": ["weight"]}, {"elements": ["name", "weight"]}),
        (
            {"tolerances": {"weight": {"percent": "50"}}},
            {"tolerances": {"weight": {"percent": "3"}}},
        ),
        ({"tolerances": {"weight": {"absolute": "0.5"}}}, {}),
        ({"result_within_hours": 48}, {}),
        ({}, {"result_within_hours": 23}),
    ],
)
def test_no_order_of_rows_recognises_more(softer: dict[str, Any], stricter: dict[str, Any]) -> None:
    plain = {"eligible": True, "elements": ["weight"]}
    wide = row("WIDE", cell("way", "equals", "in"), then=plain | softer)
    narrow = row("NARROW", HIGH, then=plain | stricter)
    assert small.faults(small.table(narrow, wide, LAST)) == []
    assert small.told(small.faults(small.table(wide, narrow, LAST))) == [
        ("hidden_by_a_softer_row", "NARROW", "WIDE")
    ]


def test_two_codes_together_meet_conditions_that_no_single_one_meets() -> None:
    grant = row("GRANT", cell("marks", "in", ["7"]), then=GRANT)
    strict = row("STRICT", cell("marks", "in", ["O"]), then=REFUSE)
    assert small.told(small.faults(small.table(grant, strict, LAST))) == [
        ("hidden_by_a_softer_row", "STRICT", "GRANT")
    ]


def test_a_row_that_is_never_in_force_is_never_met() -> None:
    gone = row("GONE", HIGH, then=INSPECT, valid_to="2025-12-31")
    content = small.table(gone, row("LAST", then=SPARE), valid_from="2026-01-01")
    assert small.told(small.faults(content, "selection-customs")) == [("row_never_met", "GONE", "")]


def test_rows_that_add_up_may_overlap_but_not_ask_the_same() -> None:
    heavy, wood = row("HEAVY", HIGH, then=INSPECT), row("ALL", LOW, then=INSPECT)
    again = row("AGAIN", HIGH, then=INSPECT | {"scope": "scan"})
    last = row("LAST", then=SPARE)
    assert small.faults(small.table(heavy, wood, last), "selection-customs") == []
    assert small.told(small.faults(small.table(heavy, wood, again, last), "selection-customs")) == [
        ("row_repeats_another", "AGAIN", "HEAVY")
    ]


def test_a_gap_is_told_with_a_filing_that_falls_into_it() -> None:
    heavy = row("HEAVY", HIGH, then=REFUSE)
    light = row("LIGHT", LOW, cell("country", "in", ["CA", "KR"]), then=REFUSE)
    assert small.told(small.faults(small.table(heavy, light))) == [
        ("last_row_not_total", "LIGHT", ""),
        ("rows_leave_a_gap", "LIGHT", "kg = 9.99999, country = (any other)"),
    ]


_BOX = st.tuples(*[st.sampled_from([(0, 1), (0, 2), (1, 2), (1, 3), (0, 3)])] * 2)


@builders.ANY_MACHINE
@given(boxes=st.lists(_BOX, min_size=1, max_size=5))
def test_a_row_is_told_to_be_unreachable_exactly_if_no_filing_reaches_it(
    boxes: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    rows = [
        row(f"R{n}", _within("kg", kg), _within_days(days), then=REFUSE)
        for n, (kg, days) in enumerate(boxes)
    ]
    content = small.table(*rows, LAST)
    reached = set()
    for kg, day in product(range(3), range(3)):
        filing: dict[str, Value] = {"kg": Decimal(kg), "arrival": small.ON.replace(day=day + 1)}
        reached.add(kinds.Policy.FIRST.decisive(small.hits(content, filing))[0].row.id)
    unreachable = {each.facts["row"] for each in small.faults(content)}
    assert unreachable == {each["id"] for each in rows} - reached


def _within(name: str, ends: tuple[int, int]) -> dict[str, Any]:
    low, high = ends
    return cell(name, "range", {"min": str(low), "below": str(high)})


def _within_days(ends: tuple[int, int]) -> dict[str, Any]:
    low, high = ends
    return cell("arrival", "days", {"first": f"2026-03-0{low + 1}", "last": f"2026-03-0{high}"})
