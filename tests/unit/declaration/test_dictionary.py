"""The dictionary as data: complete for the form, dated, refused whole when malformed."""

import json
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest
from pydantic import BaseModel

from services.declaration import dictionary
from services.declaration.dictionary import Malformed
from services.declaration.domain import places
from services.declaration.domain.dictionary import Obligation
from services.declaration.forms import FilingIn
from tests.factories import filing

DAY = date(2026, 3, 2)
ITEMS = resources.files(dictionary) / "items.json"


def stored() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(ITEMS.read_text(encoding="utf-8"))
    return content


def pointers(model: type[BaseModel], at: str = "") -> dict[str, bool]:
    """Every leaf of a form, and whether the form requires it."""
    found: dict[str, bool] = {}
    for name, field in model.model_fields.items():
        inner = _models(field.annotation)
        entry = "/*" if "tuple" in str(field.annotation) else ""
        found[f"{at}/{name}"] = field.is_required()
        for child in inner:
            del found[f"{at}/{name}"]
            found |= pointers(child, f"{at}/{name}{entry}")
            if entry:
                found[f"{at}/{name}"] = field.is_required()
    return found


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models(part)]


def test_every_field_of_the_form_is_an_item_and_the_other_way_round() -> None:
    form = set(pointers(FilingIn)) - {"/lines"}
    assert {item.pointer for item in dictionary.at(DAY).items} == form


def test_mandatory_items_are_those_that_the_form_requires() -> None:
    form = pointers(FilingIn)
    for item in dictionary.at(DAY).items:
        assert form[item.pointer] == (item.obligation is Obligation.MANDATORY), item.id


def test_items_are_numbered_from_1_in_order() -> None:
    items = dictionary.at(DAY).items
    assert [item.number for item in items] == list(range(1, len(items) + 1))


def test_before_the_merger_there_are_no_items() -> None:
    assert dictionary.at(date(2018, 7, 31)).items == ()
    assert dictionary.at(date(2018, 8, 1)).items


def test_a_newer_version_of_an_item_takes_over_on_its_day() -> None:
    content = stored()
    old = content["items"][0]
    new = old | {"length": 10, "valid_from": str(DAY)}
    old["valid_to"] = str(DAY - timedelta(days=1))
    content["items"].append(new)
    items, _ = dictionary.read(content)
    assert [item.length for item in items if item.id == old["id"]] == [64, 10]


def change(**changes: Any) -> dict[str, Any]:
    content = stored()
    content["items"][3] |= changes
    return content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (change(code_list="colours"), "colours"),
        (change(obligation="sometimes"), "obligation"),
        (change(obligation="conditional"), "required_when"),
        (change(extra=1), "extra"),
        (change(id="direction"), "both in force"),
        (change(number=1), "both in force"),
        ({"items": []}, "limits"),
        ({"limits": []}, "items"),
    ],
)
def test_a_malformed_dictionary_is_refused_whole(content: dict[str, Any], says: str) -> None:
    with pytest.raises(Malformed, match=says):
        dictionary.read(content)


def test_conditions_name_items_that_exist() -> None:
    known = {item.pointer for item in dictionary.at(DAY).items}
    for _, condition in dictionary.at(DAY).conditional():
        assert {test.item for test in condition.all} <= known


def test_places_are_found_with_their_pointers() -> None:
    found = places.Document(filing()).find("/lines/*/hs_code")
    assert [(place.pointer, place.value) for place in found] == [
        ("/lines/0/hs_code", "8471300000"),
        ("/lines/1/hs_code", "0805100000"),
    ]
    assert [place.value for place in places.Document({}).find("/slot_wish/yard")] == []
    assert [place.value for place in places.Document({"a": None}).find("/a")] == [None]


def test_a_condition_in_a_list_is_about_the_same_entry() -> None:
    place = places.Place("/lines/1/licences", ())
    assert places.bind("/lines/*/hs_code", at=place) == "/lines/1/hs_code"
    assert places.bind("/containers/*/number", at=place) == "/containers/*/number"
