"""One test a rule: which value stands, and in what the two differ."""

from decimal import Decimal
from typing import Any

import pytest

from services.declaration.merging import rules
from services.declaration.merging.rules import pair_of
from services.declaration.merging.values import Given, Measure, Several, Unreadable

BOX = Several(frozenset({"32", "33", "39"}))
LENGTH = Several(prefix="4")


def given(value: Any) -> Given | None:
    return value if value is None or isinstance(value, Given) else Given(value, value)


def kg(amount: str) -> Measure:
    return Measure(Decimal(amount), "KGM")


@pytest.mark.parametrize(
    ("key", "customs", "inspection", "rule", "kind", "chosen"),
    [
        ("contract", "A", None, "only_customs", None, "A"),
        ("purpose", Given("01", None), "12", "only_inspection", None, "12"),
        ("marks", None, "N/M", "only_inspection", None, "N/M"),
        ("contract", "A", "A", "agreed", None, "A"),
        ("lcl", False, False, "agreed", None, False),
        ("origin", Given("601", "AU"), Given("036", "AU"), "format_only", "format_only", "AU"),
        ("contract", "A-1", "a -1", "format_only", "format_only", "A-1"),
        ("name", "冻牛肉(去骨)", "冻牛肉 去骨", "format_only", "format_only", "冻牛肉(去骨)"),
        ("quantity", kg("18000"), Measure(Decimal(18), "TNE"), *("format_only",) * 2, kg("18000")),
        ("package_type", BOX, "39", "inspection_is_finer", "format_only", "39"),
        ("size_type", "45R1", LENGTH, "customs_is_finer", "format_only", "45R1"),
        ("name", "冻去骨牛肉", "牛肉", "customs_is_finer", "format_only", "冻去骨牛肉"),
        (
            *("net_kg", Decimal(18000), Decimal("18000.4")),
            "rounded",
            "within_tolerance",
            Decimal("18000.4"),
        ),
        (
            *("net_kg", Decimal("18000.02"), Decimal("18000.05")),
            "within_tolerance",
            "within_tolerance",
            Decimal("18000.02"),
        ),
        ("net_kg", Decimal("18000.02"), Decimal("18000.15"), "conflict", "real", None),
        ("contract", "A-1", "A-2", "conflict", "real", None),
        ("contract", "1-23", "12-3", "conflict", "real", None),
        ("origin_region", "冻去骨牛肉", "牛肉", "conflict", "real", None),
        ("packages", 900, 901, "conflict", "real", None),
        ("quantity", kg("18000"), Measure(Decimal(900), "CT"), "conflict", "real", None),
        ("package_type", BOX, "22", "conflict", "real", None),
        ("package_type", BOX, None, "conflict", "real", None),
        ("stopover_port", Unreadable(), "AUS006", "conflict", "real", None),
        ("stopover_port", Unreadable(), Unreadable(), "conflict", "real", None),
        (
            "stopover_port",
            Several(prefix="AUS", alone="AUS000"),
            None,
            "only_customs",
            None,
            "AUS000",
        ),
    ],
)
def test_the_first_rule_that_fits_decides(
    key: str, customs: Any, inspection: Any, rule: str, kind: str | None, chosen: Any
) -> None:
    pair = pair_of(key, given(customs), given(inspection), tolerance=Decimal("0.05"))
    found, value = rules.first(pair)
    assert (found.code, found.kind, value) == (rule, kind, chosen)


def test_every_rule_says_itself_in_both_languages() -> None:
    assert len({rule.code for rule in rules.EVERY}) == len(rules.EVERY)
    for rule in rules.EVERY:
        assert rule.en.isascii()
        assert not rule.zh.isascii()
