"""Forms that make no sense are told where, and what is merely odd is asked, never an error."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.declaration.merging import coherent, forms
from services.declaration.merging.desk import Answer
from tests.unit.declaration.merging.pairs import Document, both, example, merged


def faults(document: Document) -> dict[str, str]:
    read = forms.INSPECTION.model_validate(document, strict=False)
    return {each.pointer: each.code for each in coherent.check(read.model_dump(), at="/i")}


def test_a_form_that_makes_sense_has_no_fault() -> None:
    assert faults(example("inspection")) == {}


def test_everything_that_makes_no_sense_is_told_at_once() -> None:
    document = example("inspection")
    document["lines"][1]["line_number"] = 1
    document["containers"] *= 2
    document["containers"][1] = {"container_number": "ostu0000010", "container_lines": [1, 9]}
    assert faults(document) == {
        "/i/lines/0/line_number": "form_line_repeated",
        "/i/lines/1/line_number": "form_line_repeated",
        "/i/containers/0/container_number": "form_container_repeated",
        "/i/containers/0/container_lines/1": "form_line_unknown",
        "/i/containers/1/container_number": "form_container_repeated",
        "/i/containers/1/container_lines/1": "form_line_unknown",
    }


@pytest.mark.parametrize("day", ["00010101", "99991231", "2026030", "yesterday", "20260230"])
def test_an_impossible_day_is_asked(day: str) -> None:
    customs, inspection = both(arrival=day)
    inspection["lines"][0] |= {"shelf_life": "18个月", "production_dates": day}
    open_ = {each.place for each in merged(customs, inspection).conflicts}
    assert "/arrival" in open_
    assert any(place.endswith("/shelf_life_days") for place in open_)


def test_lines_may_stand_in_any_order_if_they_keep_their_numbers() -> None:
    customs, inspection = both()
    turned = inspection | {"lines": inspection["lines"][::-1]}
    assert merged(customs, turned).plain() == merged(customs, inspection).plain()


def test_an_answer_for_no_field_leaves_no_trace() -> None:
    found = merged(*both(), Answer("/colour/shade", value="red"))
    assert "colour" not in found.filing


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=12)


def _texts(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(part, dict):
        return [each for name, value in part.items() for each in _texts(value, (*path, name))]
    if isinstance(part, list):
        return [each for n, value in enumerate(part) for each in _texts(value, (*path, n))]
    return [path] if isinstance(part, str) else []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["customs", "inspection"]), st.data())
def test_odd_texts_are_refused_by_the_model_or_merged(form: str, data: st.DataObject) -> None:
    pair = dict(zip(("customs", "inspection"), both(), strict=True))
    *outer, name = data.draw(st.sampled_from(_texts(pair[form])))
    here: Any = pair[form]
    for step in outer:
        here = here[step]
    here[name] = data.draw(TEXTS | st.sampled_from(["0", "1", "9" * 10, "00000000", "-", "I"]))
    model = forms.CUSTOMS if form == "customs" else forms.INSPECTION
    try:
        model.model_validate(pair[form], strict=False)
    except ValueError:
        return
    assert merged(pair["customs"], pair["inspection"]).report
