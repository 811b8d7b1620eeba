"""A filing becomes a message and the same filing again, over every node of the reference."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.declaration import dictionary
from services.declaration.dictionary import examples
from services.declaration.domain.dictionary import Field, Kind
from services.declaration.message import layout
from shared.reference import codes
from tests.factories import Body, filing
from tests.unit.declaration import full as filings
from tests.unit.declaration.message import messages

ON = dictionary.at(messages.TODAY)
EVER = {each.pointer: each for each in (*ON.not_asked, *ON.items)}
LEAVES = [each for each in EVER.values() if each.example is not None]
NEVER_WRITTEN = {"DecLists/DecList/UseTo"}
"""By a stated rule."""


def everything(direction: str = "import") -> Body:
    """A filing with every field that any day's dictionary has, and every business matter."""
    body = examples.declaration(messages.TODAY)
    for field in LEAVES:
        if field.pointer not in ("/direction",) and field.type is not Kind.LIST:
            filings.put(body, field.pointer, field.example)
    body["business_matters"] = sorted(codes.known("business_matters", on=date(2026, 1, 1)))
    return body | {"direction": direction}


def _alike(one: Any, other: Any) -> None:
    """What is a set is compared as one."""
    pair = [each.model_dump() for each in (one, other)]
    for body in pair:
        for name in ("business_matters", "special_business"):
            body[name] = sorted(body[name])
    assert pair[0] == pair[1]


@pytest.mark.parametrize("direction", ["import", "export"])
def test_a_filing_with_everything_is_the_same_again(direction: str) -> None:
    body = everything(direction)
    _alike(messages.content(body), messages.there_and_back(body))


def test_every_node_is_written_but_those_that_a_rule_leaves_out() -> None:
    message = dictionary.stored("message")
    technical = {node for group in message["technical"] for node in group["nodes"]}
    found = messages.nodes(messages.written(everything()))
    found |= messages.nodes(messages.written(everything("export")))
    own = {each["node"] for each in layout.data()["extension"]["nodes"]}
    assert found == (set(message["nodes"]) | own) - technical - NEVER_WRITTEN


@pytest.mark.parametrize("field", LEAVES, ids=lambda field: field.pointer)
def test_each_field_alone_is_the_same_again(field: Field) -> None:
    body = filing()
    for pointer in _with_it(field):
        filings.put(body, pointer, EVER[pointer].example)
    if field.type is Kind.LIST:
        filings.put(body, field.pointer, [field.example])
    assert messages.there_and_back(body) == messages.content(body)


def _with_it(field: Field) -> list[str]:
    """The field and the others without which what it is part of has no shape."""
    around = field.pointer.rpartition("/")[0]
    if field.type is Kind.LIST:
        return []
    if around in ("", "/lines/*", "/containers/*"):
        return [field.pointer]
    return [each.pointer for each in LEAVES if each.pointer.rpartition("/")[0] == around]


def test_every_unit_and_country_is_the_same_again() -> None:
    body = filing()
    line = body["lines"][0]
    units = list(codes.known("units", on=messages.TODAY))
    countries = list(codes.known("countries", on=messages.TODAY))
    pairs = zip(countries, units * len(countries), strict=False)
    body["lines"] = [
        {**line, "number": number, "origin": country, "unit": unit}
        for number, (country, unit) in enumerate(pairs, start=1)
    ]
    assert messages.there_and_back(body) == messages.content(body)


def _text(field: Field) -> st.SearchStrategy[str]:
    letters = st.characters(codec="gb18030", categories=("L", "N", "P", "S", "Zs"))
    limit = min(field.length or 20, 20)
    plain = st.text(letters, min_size=1, max_size=limit).map(str.strip)
    return plain.filter(lambda text: bool(text) and ";" not in text and "," not in text)


def _value(field: Field) -> st.SearchStrategy[Any]:
    """Any value of the field's type."""
    if field.code_list is not None:
        return st.sampled_from(sorted(codes.known(field.code_list, on=messages.TODAY)))
    if field.type is Kind.NUMBER and field.precision == 0:
        return st.integers(1, 9_999)
    if field.type is Kind.NUMBER:
        places = field.precision or 0
        most = Decimal(10 ** min((field.length or 9) - places, 9) - 1)
        return st.decimals(Decimal(0), most, places=places).map(str)
    if field.type is Kind.FLAG:
        return st.booleans()
    if field.type is Kind.DAY:
        return st.dates(date(2000, 1, 1), date(2099, 1, 1)).map(str)
    if field.type is Kind.TEXT and field.pointer not in KEPT:
        return _text(field)
    return st.just(field.example)


KEPT = {"/reference", "/lines/*/qualifications/*/number", "/lines/*/vehicles/*/licence"}
"""The reference is sought elsewhere; a vehicle stands under the licence that it names."""


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],  # a counterexample of 170 draws shrinks for minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_every_node_holds_is_the_same_again(data: st.DataObject) -> None:
    body = everything(data.draw(st.sampled_from(["import", "export"])))
    for field in LEAVES:
        if field.pointer == "/direction" or field.type is Kind.MOMENT:
            continue
        value = data.draw(_value(field), label=field.pointer)
        filings.put(body, field.pointer, [value] if field.type is Kind.LIST else value)
    count = data.draw(st.integers(1, 3))
    body["lines"] = [{**body["lines"][0], "number": number} for number in range(1, count + 1)]
    body["containers"] = [
        {**body["containers"][0], "lines": [number]} for number in range(1, count + 1)
    ]
    _alike(messages.content(body), messages.there_and_back(body))
