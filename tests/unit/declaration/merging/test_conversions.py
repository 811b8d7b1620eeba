"""Every conversion that the dictionary names is done as its example says."""

from decimal import Decimal
from typing import Any

import pytest

from services.declaration.dictionary import legacy
from services.declaration.domain.legacy import Conversion, LegacyItem
from services.declaration.merging import conversions, sizes
from services.declaration.merging.asking import Around, Asked
from services.declaration.merging.values import Measure, Several, plain

BOTH = (*legacy.forms().customs, *legacy.forms().inspection)
OF = {each.id: (each, item) for item in reversed(BOTH) for each in item.conversions}
HELD: dict[str, Any] = {
    "customs_use": ("04", None),
    "customs_port": ("0116", Several(prefix="JPN", alone="JPN000")),
    "weight_to_kg": ({"weight": Decimal(18), "unit": "吨"}, Decimal(18000)),
    "by_direction": ({"name": "青岛样品贸易有限公司"}, {"name": "青岛样品贸易有限公司"}),
    "one_party": (
        {"code": "3702960001", "name": "青岛样品贸易有限公司"},
        {"customs_code": "3702960001", "name": "青岛样品贸易有限公司"},
    ),
    "charge_of_three": (
        {"mark": "3", "rate": Decimal(1200), "currency": "USD"},
        {"basis": "3", "amount": Decimal(1200), "currency": "USD"},
    ),
    "marks_to_codes": ({"guarantee_release": "1", "paperless_tax": "0"}, ("guarantee_release",)),
    "joined_records": (
        {"codes": "21,24", "originals": "1,1", "copies": "2,2"},
        OF["joined_records"][0].example.after,
    ),
    "hs_30_to_10": ("0202300090101", {"hs_code": "0202300090", "ciq_code": "101"}),
    "hs_of_two": ({"code": "02023000", "additional": "90"}, "0202300090"),
    "quantity_of_two": ({"quantity": Decimal(1), "unit": "035"},) * 2,
    "customs_unit": ({"quantity": Decimal(1), "unit": "035"}, Measure(Decimal(1), "KGM")),
    "inspection_unit": ({"quantity": Decimal(1), "unit": "千克"}, Measure(Decimal(1), "KGM")),
    "shelf_life_in_days": ("2年", 730),
    "joined_codes": ("14,19", ("14", "19")),
    "confirmation_characters": ("109", {"special_relation": True, "price_influence": False}),
}
"""Conversions whose example is told in other shapes than the forms' documents have."""


def test_every_conversion_of_the_data_is_done_by_a_function_or_between_levels() -> None:
    done = {*conversions.BY_ID, *conversions.LEVELS}
    assert done == set(OF)
    assert len(done) == len(conversions.BY_ID) + len(conversions.LEVELS)


@pytest.mark.parametrize("name", sorted(conversions.BY_ID))
def test_a_conversion_does_what_its_example_says(name: str) -> None:
    conversion, item = OF[name]
    before, after = HELD.get(name) or (conversion.example.before, conversion.example.after)
    if name == "joined_codes":
        item = next(each for each in BOTH if each.id == "goods_attributes")
    part = {"direction": "I"} if name == "one_party" else {}
    assert plain(done(conversion, item, before, **part)) == plain(after)


def done(conversion: Conversion, item: LegacyItem, value: Any, **part: Any) -> Any:
    return conversions.BY_ID[conversion.id](value, conversion, Around(item, part))


@pytest.mark.parametrize("name", sorted(n for n, (each, _) in OF.items() if each.table))
def test_a_table_is_applied_as_it_is_written(name: str) -> None:
    conversion, item = OF[name]
    for before, after in conversion.table.items():
        if "unit" in name:
            value = {"quantity": Decimal(1), "unit": before}
            assert done(conversion, item, value) == Measure(Decimal(1), after)
        else:
            assert done(conversion, item, before) == after


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customs_country", "999"),
        ("customs_currency", "999"),
        ("customs_port", "1354"),
        ("customs_port", "0999"),
        ("inspection_country", "999"),
        ("inspection_currency", "000"),
        ("inspection_port", "999001"),
        ("inspection_port", "0360"),
        ("inspection_office", "某地"),
        ("inspection_terminal", "某码头"),
        ("inspection_purpose", "不明"),
        ("container_in_words", "大箱"),
        ("date", "20260230"),
        ("date", "tomorrow"),
        ("shelf_life_in_days", "long"),
        ("shelf_life_in_days", "18个月"),
        ("contract_200_to_32", "x" * 33),
        ("inspection_unit", {"quantity": Decimal(1), "unit": "斗"}),
        ("weight_to_kg", {"weight": Decimal(1), "unit": "米"}),
        ("joined_records", {"codes": "21,24", "originals": "1", "copies": "2"}),
        ("joined_records", {"codes": "21", "originals": "one", "copies": "2"}),
    ],
)
def test_what_nothing_converts_is_asked(name: str, value: Any) -> None:
    with pytest.raises(Asked):
        done(*OF[name], value)


@pytest.mark.parametrize("code", ["3", "5"])
def test_an_old_code_of_several_is_any_of_them(code: str) -> None:
    with pytest.raises(Asked) as asked:
        done(*OF["customs_package"], code)
    assert asked.value.several is not None
    assert len(asked.value.several.codes) > 1


def test_a_shelf_life_in_months_is_counted_from_the_production_date() -> None:
    conversion, item = OF["shelf_life_in_days"]
    assert done(conversion, item, "18个月", production_dates="20260201") == 546
    assert done(conversion, item, "180天") == 180


class Looked(Exception):
    """A conversion has looked at what else is said there."""


class Unseen(dict[str, Any]):
    """A part of a form that may not be looked at."""

    def get(self, *_: Any) -> Any:
        raise Looked

    def __getitem__(self, _: str) -> Any:
        raise Looked


WITHIN = {"name_150_to_70", "customs_currency"}
"""Conversions of a text within a value that is none."""


@pytest.mark.parametrize("name", sorted({*OF} - conversions.LEVELS - WITHIN))
def test_a_text_becomes_the_same_wherever_it_stands_unless_that_is_said(name: str) -> None:
    conversion, item = OF[name]
    text = HELD.get(name, (conversion.example.before, None))[0]
    if isinstance(text, str):
        looks = _looks(item, "18个月" if name == "shelf_life_in_days" else text)
        assert looks == conversions.looks_around(item)


def _looks(item: LegacyItem, text: str) -> bool:
    try:
        conversions.given(item, text, part=Unseen())
    except Looked:
        return True
    return False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("20GP", "22G1"),
        ("40HQ", "45G1"),
        ("40尺冷藏箱", "42R1"),
        ("40 英尺 高 开顶箱", "45U1"),
        ("20尺罐箱", "22T0"),
        ("45R1", "45R1"),
        ("20", Several(prefix="2")),
        ("木箱", None),
    ],
)
def test_container_sizes_in_words(words: str, code: Any) -> None:
    assert sizes.read(words) == code


def test_sizes_are_counted_as_the_inspection_form_tells_them() -> None:
    assert sizes.counted("2×40尺高冷藏箱；1*20GP") == [(2, "40尺高冷藏箱"), (1, "20GP")]
    assert sizes.counted("two of them") is None
