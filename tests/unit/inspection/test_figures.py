"""A figure is in its item's unit, and such as can be measured."""

from decimal import Decimal

import pytest

from services.inspection.domain import figures
from services.inspection.domain.checklists import Item, Subject
from shared.contracts.values import Said

SAID = Said(en="weight", zh="重量")


def _codes(unit: str | None, figure: str | None, *, conforms: bool = True) -> list[str]:
    item = Item(agency="customs", code="x", subject=Subject.WEIGHT, said=SAID, unit=unit)
    given = None if figure is None else Decimal(figure)
    found = figures.faults(item, given, done=True, conforms=conforms, pointer="/figure")
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("unit", "figure"),
    [
        ("KGM", "-5"),
        ("KGM", "9999999999999"),
        ("TNE", "1000001"),
        ("CEL", "-273.16"),
        ("H87", "-1"),
    ],
)
def test_what_cannot_be_measured_is_refused(unit: str, figure: str) -> None:
    assert _codes(unit, figure) == ["figure_impossible"]


@pytest.mark.parametrize(
    ("unit", "figure"),
    [("KGM", "0.1"), ("KGM", "1000000000"), ("CEL", "-273.15"), ("CEL", "-18"), ("H87", "7")],
)
def test_what_can_be_measured_is_taken(unit: str, figure: str) -> None:
    assert _codes(unit, figure) == []


def test_a_weight_of_nothing_deviates_and_does_not_conform() -> None:
    assert _codes("KGM", "0") == ["weight_of_nothing"]
    assert _codes("KGM", "0", conforms=False) == []


def test_a_figure_is_given_where_there_is_a_unit_and_nowhere_else() -> None:
    assert _codes("KGM", None) == ["figure_missing"]
    assert _codes(None, "1") == ["figure_unfit"]
