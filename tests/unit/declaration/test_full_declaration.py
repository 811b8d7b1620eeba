"""Every rule of the dictionary has a filing that obeys it and one that breaks it."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from pydantic import ValidationError

from services.declaration import dictionary
from services.declaration.domain import checks
from services.declaration.domain.content import Content
from services.declaration.domain.dictionary import Condition, Dictionary, Field, Kind, Obligation
from services.declaration.forms import FilingIn
from shared.contracts.filing import Consignment, GoodsLine, Party
from shared.contracts.values import Container
from tests.factories import NOW, Body
from tests.unit.declaration import full as filings
from tests.unit.declaration.full import TODAY, first, full

BROKER = full()["broker"]["uscc"]
CONDITIONAL = [
    pytest.param(field, condition, id=f"{field.id}-{condition.id}")
    for field, condition in TODAY.conditional()
]


def content_of(body: Body) -> Content:
    return FilingIn.model_validate_json(json.dumps(body)).content()


def faults(body: Body, asked: Dictionary = TODAY) -> set[tuple[str, str]]:
    told = checks.check(content_of(body), dictionary=asked, organisation=BROKER, now=NOW)
    return {(fault.code, fault.pointer) for fault in told}


def refused_at(body: Body) -> set[str]:
    """Where the form or the rules refuse a filing."""
    try:
        return {pointer for _, pointer in faults(body)}
    except ValidationError as error:
        return {"/" + "/".join(map(str, each["loc"])) for each in error.errors()}


def test_a_declaration_of_every_item_has_no_fault() -> None:
    assert faults(full()) == set()


def test_a_brief_declaration_of_mandatory_items_alone_has_no_fault() -> None:
    body = full()
    for field in TODAY.items:
        if field.obligation is not Obligation.MANDATORY and field.pointer.count("/") == 1:
            filings.drop(body, field.pointer)
    asked = {name for name in body if f"/{name}" in {field.pointer for field in TODAY.items}}
    assert asked < set(full())
    assert faults(filings.laid_over(body, {"package_type": "00"})) == set()


@pytest.mark.parametrize(("field", "condition"), CONDITIONAL)
def test_a_field_is_asked_for_where_its_condition_holds_and_only_there(
    field: Field, condition: Condition
) -> None:
    broken = {("required_here", first(field.pointer))}
    met = filings.laid_over(full(), condition.met_by)
    unmet = filings.laid_over(full(), condition.unmet_by)
    for body, expected in ((met, broken), (unmet, set())):
        filings.put(body, field.pointer, _given(field))
        assert not faults(body) & broken, "it is declared"
        filings.drop(body, field.pointer)
        assert faults(body) & broken == expected, "it is left out"


def _given(field: Field) -> Any:
    """A value of the field that is not empty, whatever lies below it."""
    if field.type is Kind.FLAG:
        return True
    at: Any = full()
    for segment in field.pointer.split("/")[1:]:
        at = at[0] if segment == "*" else at[segment]
    return at


@pytest.mark.parametrize(
    "field", [each for each in filings.leaves(TODAY) if each.length], ids=lambda each: each.id
)
def test_a_value_as_long_as_allowed_passes_and_a_longer_one_does_not(field: Field) -> None:
    for extra in (0, 1):
        body = full()
        value = _long(field, extra=extra)
        filings.put(body, field.pointer, [value] if field.type is Kind.LIST else value)
        at = first(field.pointer) + ("/0" if field.type is Kind.LIST else "")
        assert (at in _too_long(body)) == bool(extra)


def _too_long(body: Body) -> set[str]:
    """Where something is refused for its length or digits, by the form or by the rules."""
    try:
        told = faults(body)
    except ValidationError as error:
        return {"/" + "/".join(map(str, each["loc"])) for each in error.errors()}
    return {at for code, at in told if code in {"too_long", "too_many_digits"}}


def _long(field: Field, *, extra: int) -> Any:
    assert field.length is not None
    if field.type is not Kind.NUMBER:
        return "7" * (field.length + extra) if field.id != "direction" else "import" + "s" * extra
    if not field.precision:
        return int("7" * (field.length + extra))
    whole = "7" * (field.length - field.precision + extra)
    return f"{whole}.{'7' * field.precision}"


@pytest.mark.parametrize(
    "field", [each for each in TODAY.items if each.code_list], ids=lambda each: each.id
)
def test_a_code_that_is_not_in_its_list_is_told(field: Field) -> None:
    body = full()
    filings.put(body, field.pointer, "~")
    assert ("unknown_code", first(field.pointer)) in faults(body)


def test_mandatory_fields_are_asked_for() -> None:
    for field in TODAY.items:
        if field.obligation is Obligation.MANDATORY:
            body = full()
            filings.drop(body, field.pointer)
            assert first(field.pointer) in refused_at(body), field.id


@pytest.mark.parametrize("day", [date(2018, 8, 1), date(2021, 9, 1), date(2026, 3, 2)])
def test_a_filing_is_checked_against_the_dictionary_of_its_day(day: date) -> None:
    """What another day asks for is told; all that its own day asks for passes."""
    asked = dictionary.at(day)
    others = [each for each in asked.not_asked if each.example not in (None, False)]
    assert others
    body = full(day)
    body["combined_inspection"] = False
    now = datetime.combine(NOW.date(), time(1), tzinfo=UTC)
    own = checks.check(content_of(body), dictionary=asked, organisation=BROKER, now=now)
    assert own == ()
    for field in others:
        filings.put(body, field.pointer, field.example)
    told = {("not_asked_on_this_day", first(field.pointer)) for field in others}
    assert faults(body, asked) == told


def test_what_is_left_out_is_not_written_and_what_is_declared_comes_back() -> None:
    declared = content_of(full())
    again = Content.model_validate_json(declared.model_dump_json())
    assert again == declared
    brief = json.loads(content_of(full() | {"remarks": None}).model_dump_json())
    assert "remarks" not in brief
    assert set(json.loads(declared.model_dump_json())) == {*full(), "dangerous_goods"}


def test_other_services_are_told_what_they_decide_on_and_no_more() -> None:
    told = json.loads(content_of(full()).consignment().model_dump_json())
    assert told == Consignment.model_validate(told).model_dump(mode="json")
    assert set(told) == set(Consignment.model_fields)
    assert set(told["lines"][0]) == set(GoodsLine.model_fields)
    assert set(told["broker"]) == set(told["consignee"]) == set(Party.model_fields)
    assert set(told["containers"][0]) == set(Container.model_fields)
