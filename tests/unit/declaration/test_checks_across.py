"""Rules across items: prices, currencies, quantities and days, each obeyed and each broken."""

import json
from decimal import Decimal
from typing import Any

import pytest

from services.declaration import dictionary
from services.declaration.domain import checks
from services.declaration.forms import FilingIn
from shared.errors import Fault
from shared.reference import units
from tests.factories import BROKER, NOW, Body, filing, line

DICTIONARY = dictionary.at(NOW.date())


def of(*, header: Body | None = None, **changes: Any) -> Body:
    """A filing that arrives on 3 March 2026; its first line, of 500 pieces, has the changes."""
    return filing(lines=[line(1, **changes), line(2)], **(header or {}))


def priced(price: str, value: str, *, quantity: str = "500", currency: str = "USD") -> Body:
    first = {"unit_price": price, "value": value, "quantity": quantity, "currency": currency}
    return filing(lines=[line(1, **first), line(2, currency=currency)])


def measured(quantity: str, unit: str) -> Body:
    return {"quantity": quantity, "unit": unit}


def charged(basis: str, **currency: str) -> Body:
    return of(header={"freight": {"basis": basis, "amount": "3", **currency}})


def sold(quantity: str, unit: str, **statutory: Body) -> Body:
    return of(quantity=quantity, unit=unit, **statutory)


def on(day: str, name: str, *, direction: str = "import") -> Body:
    return of(header={name: day, "direction": direction})


OBEYED = [
    priced("500", "250000"),
    priced("0.3333", "333.33", quantity="1000"),
    priced("33.3333", "100", quantity="3"),
    priced("33.3", "100.9", quantity="3", currency="JPY"),
    charged("1"),
    charged("3", currency="EUR"),
    sold("500", "H87", statutory=measured("500", "H87")),
    sold("500", "H87", statutory=measured("1000", "KGM")),
    sold("1.23", "TNE", statutory=measured("1234", "KGM")),
    sold("1000", "LBR", statutory=measured("453.6", "KGM")),
    sold("5", "SET", statutory=measured("9", "H87"), second_statutory=measured("7", "KGM")),
    on("2026-03-03", "departure_date"),
    on("2026-03-09", "departure_date", direction="export"),
    on("2026-03-02", "unloaded_date"),
    on("2026-03-09", "unloaded_date"),
    of(produced_on=["2026-01-01"], expires_on="2026-01-01"),
]

BREAKS: list[tuple[str, str, Body]] = [
    ("value_differs", "/lines/0/value", priced("500", "250000.04")),
    ("value_differs", "/lines/0/value", priced("50", "250000")),
    ("value_differs", "/lines/0/value", priced("33.3", "100.9", quantity="3")),
    ("value_differs", "/lines/0/value", priced("33.3", "101", quantity="3", currency="JPY")),
    ("currency_differs", "/lines/1/currency", of(currency="EUR")),
    ("rate_with_currency", "/freight/currency", charged("1", currency="USD")),
    ("required_here", "/freight/currency", charged("2")),
    (
        "quantity_differs",
        "/lines/0/statutory/quantity",
        sold("500", "H87", statutory=measured("501", "H87")),
    ),
    (
        "quantity_differs",
        "/lines/0/statutory/quantity",
        sold("1", "TNE", statutory=measured("1", "KGM")),
    ),
    (
        "quantity_differs",
        "/lines/0/second_statutory/quantity",
        sold("500", "H87", statutory=measured("2", "SET"), second_statutory=measured("5", "H87")),
    ),
    (
        "quantity_differs",
        "/lines/0/second_statutory/quantity",
        sold("5", "H87", statutory=measured("9", "LTR"), second_statutory=measured("90", "MLT")),
    ),
    (
        "required_here",
        "/lines/0/statutory",
        sold("5", "H87", second_statutory=measured("5", "H87")),
    ),
    ("departure_after_arrival", "/departure_date", on("2026-03-04", "departure_date")),
    ("discharge_before_arrival", "/unloaded_date", on("2026-03-01", "unloaded_date")),
    (
        "expiry_before_production",
        "/lines/0/produced_on/1",
        of(produced_on=["2026-01-01", "2026-01-02"], expires_on="2026-01-01"),
    ),
]


def faults_of(body: Body) -> tuple[Fault, ...]:
    content = FilingIn.model_validate_json(json.dumps(body)).content()
    return checks.check(content, dictionary=DICTIONARY, organisation=BROKER, now=NOW)


@pytest.mark.parametrize("body", OBEYED)
def test_what_agrees_is_no_fault(body: Body) -> None:
    assert faults_of(body) == ()


@pytest.mark.parametrize(("code", "pointer", "body"), BREAKS)
def test_what_does_not_agree_is_told_once_where_it_is_and_in_two_languages(
    code: str, pointer: str, body: Body
) -> None:
    (fault,) = faults_of(body)
    assert (fault.code, fault.pointer) == (code, pointer)
    assert fault.en
    assert fault.zh
    assert fault.mend_en
    assert fault.mend_zh


def test_the_figures_that_do_not_agree_are_told() -> None:
    (fault,) = faults_of(priced("50", "250000"))
    figures = ("value", "unit_price", "quantity", "product", "rounding")
    told = {name: str(fault.facts[name]) for name in figures}
    assert list(told.values()) == ["250000.00", "50.00", "500", "25000", "0.035"]
    (fault,) = faults_of(sold("2204.62262", "LBR", statutory=measured("1", "KGM")))
    assert fault.facts["expected"] == "1000"


def test_the_largest_numbers_that_the_form_takes_are_compared() -> None:
    nines = "9" * 13 + ".99999"
    largest = sold(nines, "LBR", statutory=measured(nines, "KGM"))
    assert [fault.code for fault in faults_of(largest)] == ["quantity_differs"]
    body = priced("9" * 14 + ".9999", "1", quantity=nines)
    assert [fault.code for fault in faults_of(body)] == ["value_differs"]


def test_a_second_statutory_quantity_has_its_unit_and_a_unit_its_quantity() -> None:
    for missing in ("quantity", "unit"):
        second = measured("500", "H87")
        del second[missing]
        body = sold("500", "H87", statutory=measured("500", "H87"), second_statutory=second)
        with pytest.raises(ValueError, match=missing):
            faults_of(body)


def test_only_what_measures_the_same_is_converted() -> None:
    one = Decimal(500)
    assert units.converted(one, "H87", to="H87") == one
    assert units.converted(one, "H87", to="KGM") is None
    assert units.converted(one, "KGM", to="LTR") is None
    assert units.converted(one, "XXX", to="YYY") is None
