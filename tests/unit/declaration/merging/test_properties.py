"""What holds of every merge: the split gives the halves back, and order does not matter."""

import json
from collections import Counter
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.declaration import dictionary
from services.declaration.merging import merge, rules, split
from services.declaration.merging.rules import Form
from services.declaration.merging.values import Fields
from tests.unit.declaration.merging.pairs import DAY, Document, half, merged, pairs

SAME = {"agreed", "format_only", "only_customs", "only_inspection"}
many = settings(max_examples=60, deadline=None)


@many
@given(pairs())
def test_the_split_of_a_merge_is_both_normalised_forms_where_they_agree(
    pair: tuple[Document, Document],
) -> None:
    found = merged(*pair)
    same = {each.place for each in found.report if each.rule.code in SAME}
    compared = 0
    for form, document in zip(Form, pair, strict=True):
        view, normal = split.split(found.values, form), half(form, document)
        compared += _compare(view.header, normal.header, "", same)
        for group in found.groups:
            for number in getattr(group, form.value):
                (there,) = group.lines
                line = next(each for each in normal.lines if each["number"].value == number)
                place = f"/lines/{there - 1}"
                compared += _compare(view.lines[there - 1], line, place, same)
    assert compared > 40


def _compare(view: Fields, normal: Fields, place: str, same: set[str]) -> int:
    """How many places the forms agree on; each of them is as the form had it."""
    agreed = [key for key in normal if f"{place}/{key}" in same and normal[key].value is not None]
    for key in agreed:
        assert rules.alike(key, rules.readable(normal[key].value), view[key].value), key
    return len(agreed)


@many
@given(pairs())
def test_forms_that_agree_leave_nothing_to_ask(pair: tuple[Document, Document]) -> None:
    found = merged(*pair)
    assert found.conflicts == []
    assert {each.kind for each in found.report} <= {None, rules.Kind.FORMAT}


@many
@given(pairs(), st.randoms(use_true_random=False))
def test_the_order_of_the_inspection_lines_changes_nothing(
    pair: tuple[Document, Document], random: Random
) -> None:
    customs, inspection = pair
    shuffled = _shuffled(inspection, random)
    assert merged(customs, shuffled).filing == merged(customs, inspection).filing


@many
@given(pairs(), st.randoms(use_true_random=False))
def test_the_order_of_the_customs_lines_changes_nothing_but_the_order(
    pair: tuple[Document, Document], random: Random
) -> None:
    customs, inspection = pair
    one = merged(customs, inspection).filing
    other = merged(_shuffled(customs, random), inspection).filing
    assert _unordered(one["lines"]) == _unordered(other["lines"])
    assert {**one, "lines": []} == {**other, "lines": []}


def _unordered(lines: Any) -> Any:
    return Counter(json.dumps({**line, "number": 0}, sort_keys=True) for line in lines)


def _shuffled(document: Document, random: Random) -> Document:
    """Its lines in another order, numbered by it."""
    lines = list(document["lines"])
    random.shuffle(lines)
    renumbered = [{**line, "line_number": n} for n, line in enumerate(lines, start=1)]
    return {**document, "lines": renumbered}


@many
@given(pairs())
def test_merging_the_halves_of_a_merge_changes_nothing(pair: tuple[Document, Document]) -> None:
    once = merged(*pair)
    one, other = (split.split(once.values, form) for form in Form)
    twice = merge.merge(one, other, dictionary=dictionary.at(DAY))
    assert twice.conflicts == []
    assert twice.filing == once.filing
    assert {each.rule.code for each in twice.report} <= {
        *("agreed", "only_customs", "only_inspection", "matched", "derived")
    }


@many
@given(pairs())
def test_every_line_of_either_form_is_in_exactly_one_group(
    pair: tuple[Document, Document],
) -> None:
    found = merged(*pair)
    for form, document in zip(Form, pair, strict=True):
        grouped = Counter(n for group in found.groups for n in getattr(group, form.value))
        assert grouped == Counter(line["line_number"] for line in document["lines"])
    numbers = [n for group in found.groups for n in group.lines]
    assert numbers == list(range(1, len(found.filing["lines"]) + 1))
