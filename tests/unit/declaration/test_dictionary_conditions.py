"""Each condition of the dictionary holds for its own example, and not for its counterexample."""

from datetime import date

import pytest

from services.declaration import dictionary
from services.declaration.domain import dictionary as values
from services.declaration.domain import places
from services.declaration.domain.dictionary import Condition, Field
from shared.reference import codes

ITEMS, _ = dictionary.read(dictionary.written())
FIELDS = [field for item in ITEMS for field in item.fields]
CONDITIONAL = [
    pytest.param(field, condition, id=f"{field.id}-{condition.id}")
    for field in FIELDS
    for condition in field.required_when
]
LISTS = {field.pointer: field.code_list for field in FIELDS if field.code_list}


@pytest.mark.parametrize(("field", "condition"), CONDITIONAL)
def test_a_condition_tells_its_example_from_its_counterexample(
    field: Field, condition: Condition
) -> None:
    for filing, expected in ((condition.met_by, True), (condition.unmet_by, False)):
        document = places.Document(filing)
        found = document.find(_outermost(field.pointer))
        assert found, "the example has a place for the field"
        assert {condition.holds(document, at=place) for place in found} == {expected}


def _outermost(pointer: str) -> str:
    """The pointer, or the line's: an example need not have the objects that the field lies in."""
    return "/lines/*" if pointer.startswith("/lines/*") else pointer.rpartition("/")[0]


def test_a_condition_with_alternatives_holds_for_each_of_them_and_not_without() -> None:
    asked = dictionary.at(date(2026, 3, 2)).items
    inspected = next(each for field in asked for each in field.required_when if each.any)
    full = {"declaration_type": "M", "direction": "import", "transport_mode": "2"}
    plain = {"hs_code": "8471300000"}
    alternatives: list[dict[str, object]] = [
        {"lines": [{"hs_code": "0202300090"}]},
        {"lines": [plain | {"ciq_code": "101"}]},
        {"lines": [plain], "wooden_packing": True},
        {"lines": [plain], "dangerous_goods": True},
        {"lines": [plain | {"origin": "AF"}]},
        {"lines": [plain], "country_of_departure": "PK"},
    ]
    assert len(inspected.any) == len(alternatives)
    for filing in alternatives:
        place = places.Place("/marks", None)
        assert inspected.holds(places.Document(full | filing), at=place)
        assert not inspected.holds(places.Document(filing), at=place)
    none = places.Document(full | {"lines": [plain], "wooden_packing": False})
    assert not inspected.holds(none, at=places.Place("/marks", None))


def test_of_two_lines_only_the_one_to_be_inspected_must_say_more() -> None:
    purpose = next(field for field in FIELDS if field.id == "purpose")
    lines = [{"hs_code": "8471300000"}, {"hs_code": "0805100000"}]
    document = places.Document({"declaration_type": "M", "lines": lines})
    asked = [
        place.pointer
        for place in document.find(purpose.pointer)
        if purpose.required_when[0].holds(document, at=place)
    ]
    assert asked == ["/lines/1/purpose"]


def test_an_epidemic_area_is_one_on_its_days_alone() -> None:
    from_uganda = places.Document({"declaration_type": "M", "lines": [{"origin": "UG"}]})
    place = places.Place("/marks", None)
    held = {
        day: next(c for _, c in dictionary.at(day).conditional() if c.id == "inspected").holds(
            from_uganda, at=place
        )
        for day in (date(2022, 9, 19), date(2022, 9, 20), date(2023, 1, 11), date(2023, 1, 12))
    }
    assert list(held.values()) == [False, True, True, False]


def test_conditions_name_codes_that_exist() -> None:
    tests = {
        test
        for field in FIELDS
        for condition in field.required_when
        for test in (*condition.all, *condition.any)
    }
    listed = [test for test in tests if test.item in LISTS]
    assert listed
    for test in listed:
        known = codes.known(str(LISTS[test.item]), on=date(2026, 3, 2))
        assert {*test.is_in, *test.not_in} <= set(known), test.item


@pytest.mark.parametrize(
    ("test", "given"),
    [
        (values.Test(item="/a", given=True), ["x", True, [1], {"b": 1}]),
        (
            values.Test(item="/a", is_in=("x", "True", "[1]", "{'b': 1}")),
            ["x", True, [1], {"b": 1}],
        ),
    ],
)
def test_what_is_given_is_neither_left_out_nor_false_nor_empty(
    test: values.Test, given: list[object]
) -> None:
    anywhere = places.Place("", None)
    for value in given:
        assert test.holds(places.Document({"a": value}), at=anywhere)
    for value in (None, "", False, [], {}):
        assert not test.holds(places.Document({"a": value}), at=anywhere)
