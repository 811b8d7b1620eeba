"""What a form gave, and how values that are written differently are compared.

A `Place` names a field of the merged filing: `header` with `consignee/uscc`, `lines` with `origin`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from shared.contracts.values import utc


@dataclass(frozen=True)
class Measure:
    """A quantity in a unit of UN/ECE Recommendation 20."""

    quantity: Decimal
    unit: str


@dataclass(frozen=True)
class Several:
    """One of several codes: the form's list does not say which. `prefix`: any that starts so.

    `alone` is what it stands for where nobody says more; None: the broker is asked.
    """

    codes: frozenset[str] = frozenset()
    prefix: str | None = None
    alone: str | None = None

    def fits(self, code: object) -> bool:
        """Whether it may be this one."""
        said = str(code)
        return said in self.codes or (self.prefix is not None and said.startswith(self.prefix))


@dataclass(frozen=True)
class Unreadable:
    """A value that nothing converts; the broker is asked."""


class Given(NamedTuple):
    """What a form says in one place: `raw` as written, `value` in the merged filing's terms.

    A `value` of None tells nothing of the place, though something was written.
    """

    raw: Any
    value: Any


Fields = Mapping[str, Given]
PLACES = 5
"""Digits after the point that a filing's quantities have at most."""

# One dimension each: how much of its first unit a unit is.
_UNITS: Mapping[str, tuple[str, Decimal]] = {
    unit: (base, Decimal(factor))
    for base, units in {
        "KGM": {"KGM": "1", "GRM": "0.001", "TNE": "1000", "LBR": "0.45359237", "CTM": "0.0002"},
        "H87": {"H87": "1", "NMB": "1", "NAR": "1", "C62": "1", "DZN": "12", "MIL": "1000"},
        "MTR": {"MTR": "1", "CMT": "0.01", "KMT": "1000"},
        "LTR": {"LTR": "1", "MLT": "0.001", "MTQ": "1000"},
        "KWH": {"KWH": "1", "MWH": "1000"},
    }.items()
    for unit, factor in units.items()
}
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
_SPACE = re.compile(r"\s+")
_HYPHEN = str.maketrans(dict.fromkeys("‐‑‒–—−－", "-"))


def tidy(text: str) -> str:
    """Letters and digits of one width, single spaces, none around."""
    if text.isascii():
        return " ".join(text.split())
    return _SPACE.sub(" ", text.translate(_WIDE)).strip()


@lru_cache(maxsize=50_000)  # the same names and codes are compared again and again
def words(text: str) -> str:
    """A name without what is only its writing: width, case, spaces and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


@lru_cache(maxsize=50_000)
def code(text: str) -> str:
    """A number or code without what is only its writing: width, case, spaces, kind of hyphen."""
    folded = unicodedata.normalize("NFKC", text.translate(_HYPHEN)).casefold()
    return _SPACE.sub("", folded)


def base(measure: Measure) -> tuple[str, Decimal]:
    """The dimension of a measure and how much it is in its base unit."""
    dimension, factor = _UNITS.get(measure.unit, (measure.unit, Decimal(1)))
    return dimension, measure.quantity * factor


def in_unit(measure: Measure, unit: str) -> Measure:
    """The same amount in another unit of its dimension; as it is where that cannot be written."""
    dimension, amount = base(measure)
    other, factor = _UNITS.get(unit, (unit, Decimal(1)))
    found = _shortest(amount / factor)
    return Measure(found, unit) if dimension == other and -_exponent(found) <= PLACES else measure


def _shortest(number: Decimal) -> Decimal:
    """Without idle zeros after the point."""
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def kilograms(measure: object) -> Decimal | None:
    """A measure of mass in kilograms."""
    if not isinstance(measure, Measure):
        return None
    dimension, amount = base(measure)
    return amount if dimension == "KGM" else None


def rounded_alike(one: Decimal, other: Decimal) -> bool:
    """Whether one is the other, rounded: they differ by half of its last digit at most."""
    coarser = max(_exponent(one), _exponent(other))
    return abs(one - other) * 2 <= Decimal(1).scaleb(coarser)


def finer(one: Decimal, other: Decimal) -> bool:
    """Whether the first has more digits after the point."""
    return _exponent(one) < _exponent(other)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0


def plain(value: Any) -> Any:
    """A value as JSON has it. Decimals become strings."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    written = _WRITTEN.get(type(value))
    return value if written is None else written(value)


_WRITTEN: Mapping[type, Callable[[Any], Any]] = {
    Measure: lambda measure: {"quantity": plain(measure.quantity), "unit": measure.unit},
    Several: lambda several: sorted(several.codes) or f"{several.prefix}…",
    Unreadable: lambda _: None,
    Decimal: lambda number: f"{number:f}",
    datetime: utc,
    date: date.isoformat,
}
