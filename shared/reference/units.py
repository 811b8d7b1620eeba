"""Units of UN/ECE Recommendation 20 that measure the same, and how much one is of the other.

Pieces, pairs and sets are not compared: what one of them is differs by goods.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources


def converted(quantity: Decimal, unit: str, *, to: str) -> Decimal | None:
    """The quantity in another unit, to 28 digits; None if the units do not measure the same."""
    if unit == to:
        return quantity
    one, other = _known().get(unit), _known().get(to)
    if one is None or other is None or one[0] != other[0]:
        return None
    return quantity * one[1] / other[1]


def in_base(quantity: Decimal, unit: str) -> tuple[str, Decimal]:
    """The quantity exactly in the first unit of its measure, such as KGM of mass, and that unit.

    A unit that is compared with no other is its own.
    """
    if unit not in _known():
        return unit, quantity
    measure, size = _known()[unit]
    return _bases()[measure], quantity * size


@cache
def _known() -> Mapping[str, tuple[str, Decimal]]:
    """Measure and size of each unit."""
    return {
        unit: (measure, Decimal(size))
        for measure, units in _measures().items()
        for unit, size in units.items()
    }


@cache
def _bases() -> Mapping[str, str]:
    return {measure: next(iter(units)) for measure, units in _measures().items()}


@cache
def _measures() -> Mapping[str, Mapping[str, str]]:
    file = resources.files("shared.reference") / "data" / "conversions.json"
    measures: Mapping[str, Mapping[str, str]] = json.loads(file.read_text("utf-8"))["measures"]
    return measures
