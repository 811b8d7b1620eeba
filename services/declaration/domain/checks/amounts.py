"""Rules of prices, currencies and quantities of a goods line, with each other and the header's."""

from collections.abc import Iterator
from decimal import Context, Decimal
from typing import NamedTuple

from services.declaration.domain.checks.rule import Breach, Filed, Rule
from shared.reference import units

CHARGES = ("freight", "insurance", "other_charges")
A_RATE = "1"
STATUTORY = ("statutory", "second_statutory")
WHOLE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"}
    | {"VUV", "XAF", "XOF", "XPF"}
)
"""Currencies without a smaller unit (ISO 4217): their amounts are rounded to whole ones."""
_FIVE_PLACES, _WIDE = Decimal("0.00001"), Context(prec=60)


def _price_times_quantity(filed: Filed) -> Iterator[Breach]:
    limits = filed.dictionary.limits
    for index, line in enumerate(filed.content.lines):
        price = line.unit_price
        if price is None:
            continue
        product = price * line.quantity
        rounding = limits["unit_price_rounding"] * line.quantity
        rounding += limits["value_rounding"] * (100 if line.currency in WHOLE else 1)
        if abs(product - line.value) > rounding:
            facts = {"line": line.number, "value": line.value, "unit_price": price}
            facts |= {"quantity": line.quantity, "product": _plain(product)}
            yield Breach(f"/lines/{index}/value", facts | {"rounding": _plain(rounding)})


def _another_currency(filed: Filed) -> Iterator[Breach]:
    pattern = "/lines/*/currency"
    if len(set(filed.document.values(pattern))) > 1:
        first, *others = filed.document.find(pattern)
        for place in others:
            if place.value != first.value:
                yield Breach(place.pointer, {"currency": place.value, "first": first.value})


def _currency_of_a_rate(filed: Filed) -> Iterator[Breach]:
    for name in CHARGES:
        charge = getattr(filed.content, name)
        if charge is not None and charge.basis == A_RATE and charge.currency is not None:
            yield Breach(f"/{name}/currency", {"currency": charge.currency})


def _another_quantity(filed: Filed) -> Iterator[Breach]:
    share = filed.dictionary.limits["unit_conversion_share"]
    for index, line in enumerate(filed.content.lines):
        if line.statutory is None and line.second_statutory is None:
            continue
        before = [Quantity(line.quantity, line.unit)]
        for name in STATUTORY:
            declared = getattr(line, name)
            if declared is None:
                continue
            told = Quantity(declared.quantity, declared.unit)
            expected = next(filter(None, (each.as_told(told.unit) for each in before)), None)
            if expected is not None and told.differs(expected, share=share):
                facts = {"line": line.number, "quantity": told.quantity, "unit": told.unit}
                at = f"/lines/{index}/{name}/quantity"
                yield Breach(at, {**facts, "expected": _plain(expected.quantity)})
            before.append(told)


class Quantity(NamedTuple):
    """A quantity in the unit in which it was declared, or converted from it (`exact`: it was not).

    Quantities in one unit are the same; a conversion may have been rounded.
    """

    quantity: Decimal
    unit: str
    exact: bool = True

    def as_told(self, unit: str) -> "Quantity | None":
        """The same in another unit, if that measures the same."""
        quantity = units.converted(self.quantity, self.unit, to=unit)
        return None if quantity is None else Quantity(quantity, unit, exact=unit == self.unit)

    def differs(self, expected: "Quantity", *, share: Decimal) -> bool:
        """Whether it is another one, by more than was rounded off; `share` of it at most is."""
        allowed = Decimal(0) if expected.exact else expected.quantity * share
        return abs(self.quantity - expected.quantity) > allowed


def _plain(number: Decimal) -> str:
    """At most five places, as quantities have, without idle zeros."""
    return f"{number.quantize(_FIVE_PLACES, context=_WIDE).normalize(_WIDE):f}"


RULES = (
    Rule(
        code="value_differs",
        en="The total price is not the unit price times the quantity.",
        zh="申报总价与单价乘以数量不符。",
        mend_en="Correct the unit price, the quantity or the total price.",
        mend_zh="请更正单价、数量或总价。",
        find=_price_times_quantity,
        about=("/lines/*/unit_price",),
    ),
    Rule(
        code="currency_differs",
        en="The goods lines of one declaration are priced in one currency.",
        zh="同一份申报单各商品项的币制应一致。",
        mend_en="Use the currency of the first line, or declare these goods apart.",
        mend_zh="请与第一项商品的币制保持一致，或分单申报。",
        find=_another_currency,
    ),
    Rule(
        code="rate_with_currency",
        en="A charge that is a rate (basis 1) has no currency.",
        zh="以率（标记1）申报的费用不填币制。",
        mend_en="Leave the currency out, or declare an amount.",
        mend_zh="请删除币制，或改为申报金额。",
        find=_currency_of_a_rate,
        about=tuple(f"/{name}" for name in CHARGES),
    ),
    Rule(
        code="quantity_differs",
        en="The statutory quantity does not agree with the other quantities of the line.",
        zh="法定数量与该商品项的其他数量不一致。",
        mend_en="Correct the quantity or its unit.",
        mend_zh="请更正数量或其计量单位。",
        find=_another_quantity,
        about=tuple(f"/lines/*/{name}" for name in STATUTORY),
    ),
)
