"""The dictionary as data: complete for the form, dated, refused whole when malformed."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from services.declaration import dictionary
from services.declaration.dictionary import Malformed
from services.declaration.domain import places
from services.declaration.domain.dictionary import Kind, Obligation
from services.declaration.forms import FilingIn
from tests.factories import filing

DAY = date(2026, 3, 2)


def pointers(model: type[BaseModel], at: str = "") -> dict[str, bool]:
    """Every field of a form, those of objects and lists too, and whether the form requires it."""
    found: dict[str, bool] = {}
    for name, field in model.model_fields.items():
        entry = "/*" if "tuple" in str(field.annotation) else ""
        found[f"{at}/{name}"] = field.is_required()
        for child in _models(field.annotation):
            found |= pointers(child, f"{at}/{name}{entry}")
    return found


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models(part)]


STRUCTURE = {"/lines", "/broker", "/consignee", "/slot_wish"}
"""Objects and lists that every filing has: what is asked is what they hold."""


def asked() -> dict[str, Any]:
    return {field.pointer: field for field in dictionary.at(DAY).items}


def test_every_field_of_the_form_is_in_the_dictionary_and_the_other_way_round() -> None:
    form = set(pointers(FilingIn)) - STRUCTURE
    today = dictionary.at(DAY)
    every = {field.pointer for field in (*today.items, *today.not_asked)}
    assert {pointer.removesuffix("/*") for pointer in every} == form


def test_mandatory_fields_are_those_that_the_form_requires() -> None:
    form = pointers(FilingIn)
    for pointer, field in asked().items():
        if not pointer.endswith("/*"):
            assert form[pointer] == (field.obligation is Obligation.MANDATORY), field.id


def test_before_the_reform_there_are_no_items() -> None:
    before = dictionary.at(date(2018, 7, 31))
    assert (before.merged, before.items) == ((), ())
    assert dictionary.at(dictionary.REFORM).items


def test_a_newer_version_of_an_item_takes_over_on_its_day() -> None:
    content = dictionary.written()
    old = next(item for item in content["items"] if item["id"] == "contract")
    longer = [old["fields"][0] | {"length": 64}]
    content["items"].append(old | {"fields": longer, "valid_from": str(DAY)})
    old["valid_to"] = str(DAY - timedelta(days=1))
    items, _ = dictionary.read(content)
    assert [item.fields[0].length for item in items if item.id == "contract"] == [32, 64]


def change(at: int = 3, **changes: Any) -> dict[str, Any]:
    content = dictionary.written()
    content["items"][at] |= changes
    return content


def change_field(**changes: Any) -> dict[str, Any]:
    content = dictionary.written()
    content["items"][3]["fields"][0] |= changes
    return content


def change_test(**test: Any) -> dict[str, Any]:
    content = dictionary.written()
    content["conditions"][0]["all"] = [{"item": "/direction"} | test]
    return content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (change_test(in_list="colours"), "colours"),
        (change_test(in_list="countries", given=True), "exactly one"),
        (change_test(), "exactly one"),
        (change_field(code_list="colours"), "colours"),
        (change_field(obligation="sometimes"), "obligation"),
        (change_field(obligation="optional"), "required_when"),
        (change_field(required_when=["full moon"]), "full moon"),
        (change_field(required_when=[]), "required_when"),
        (change_field(pointer="/direction"), "both in force"),
        (change_field(id="direction"), "both in force"),
        (change_field(nodes=["DecHead/IEFlag"]), "both in force"),
        (change(extra=1), "extra"),
        (change(fields=[]), "fields"),
        (change(id="direction"), "both in force"),
        (change(number=1), "both in force"),
        (change(number=None), "number"),
        (change(origin="service"), "number"),
        (dictionary.written() | {"limits": None}, "limits|tuple"),
        ({"conditions": [], "items": []}, "limits"),
        ({"conditions": [], "limits": []}, "items"),
        ({"items": [], "limits": []}, "conditions"),
    ],
)
def test_a_malformed_dictionary_is_refused_whole(content: dict[str, Any], says: str) -> None:
    with pytest.raises(Malformed, match=says):
        dictionary.read(content)


def test_conditions_name_fields_that_exist() -> None:
    items, _ = dictionary.read(dictionary.written())
    fields = [field for item in items for field in item.fields]
    conditions = {each.id: each for field in fields for each in field.required_when}
    assert set(conditions) == {each["id"] for each in dictionary.stored("conditions")}
    known = {field.pointer for field in fields}
    named = {test.item for each in conditions.values() for test in (*each.all, *each.any)}
    assert named <= known


def test_parts_of_lists_and_objects_follow_them() -> None:
    items, _ = dictionary.read(dictionary.written())
    fields = {field.pointer: field for item in items for field in item.fields}
    for pointer in fields:
        outer, _, _ = pointer.removesuffix("/*").rpartition("/")
        for kind, above in ((Kind.LIST, outer.removesuffix("/*")), (Kind.OBJECT, outer)):
            if above in fields and (kind is Kind.OBJECT) != outer.endswith("/*"):
                assert fields[above].type is kind, pointer


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
