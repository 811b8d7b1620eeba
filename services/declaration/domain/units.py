"""Units of UN/ECE Recommendation 20 that measure the same, and how much one is of the other.

Units that count (pieces, pairs, sets) are not compared: what one of them is differs by goods.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

_MEASURES: Mapping[str, Mapping[str, str]] = {
    "kilograms": {
        "KGM": "1",
        "GRM": "0.001",
        "TNE": "1000",
        "LBR": "0.45359237",
        "ONZ": "0.028349523125",
        "CTM": "0.0002",
    },
    "metres": {"MTR": "1", "CMT": "0.01", "KMT": "1000"},
    "cubic metres": {"MTQ": "1", "LTR": "0.001", "MLT": "0.000001"},
    "kilowatt hours": {"KWH": "1", "MWH": "1000"},
}
_KNOWN: Mapping[str, tuple[str, Decimal]] = MappingProxyType(
    {
        unit: (measure, Decimal(size))
        for measure, units in _MEASURES.items()
        for unit, size in units.items()
    }
)


def converted(quantity: Decimal, unit: str, *, to: str) -> Decimal | None:
    """The quantity in another unit; None if the units do not measure the same."""
    if unit == to:
        return quantity
    (measure, size), (other, of) = _KNOWN.get(unit, _NOTHING), _KNOWN.get(to, _NOTHING)
    if not measure or measure != other:
        return None
    return quantity * size / of


_NOTHING = ("", Decimal(1))
