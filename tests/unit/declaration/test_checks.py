"""Every rule of a filing's content: a valid filing has no fault, each break is named."""

import json
from dataclasses import replace
from datetime import timedelta
from random import Random
from string import ascii_uppercase, digits
from typing import Any

import pytest
from stdnum import iso6346

from services.declaration import dictionary
from services.declaration.domain import checks
from services.declaration.domain.checks import amendment, identifiers
from services.declaration.domain.content import Content
from services.declaration.forms import FilingIn
from shared.contracts.values import utc
from shared.errors import Fault
from tests import factories
from tests.factories import BROKER, NOW, OTHER_BROKER, container, filing, line
from tests.unit.declaration import test_checks_across as crossed

DICTIONARY = dictionary.at(NOW.date())
LONG_AGO = utc(NOW - timedelta(days=93))
FAR_AHEAD = utc(NOW + timedelta(days=61))
TWO_OF_ONE = [container(1), container(1, lines=[2])]
WRONG_CHECK_DIGIT = container(1, number="OSTU0000011")


def content_of(body: dict[str, Any]) -> Content:
    return FilingIn.model_validate_json(json.dumps(body)).content()


def faults_of(body: dict[str, Any]) -> tuple[Fault, ...]:
    return checks.check(content_of(body), dictionary=DICTIONARY, organisation=BROKER, now=NOW)


def found(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(fault.code, fault.pointer) for fault in faults_of(body)}


def lines(**changes: Any) -> list[dict[str, Any]]:
    return [line(1, **changes), line(2)]


@pytest.mark.parametrize(
    "body",
    [
        filing(),
        filing(transport_mode="5", containers=[]),
        filing(package_type="00", containers=[]),
        filing(package_type="93", wooden_packing=True),
        filing(direction="export"),
        filing(lines=lines(hs_code="3604100000"), dangerous_goods=True),
        filing(lines=lines(hs_code="9306210000", licences=["A1"])),
        filing(net_kg="2000.02"),
        filing(perishable_until=utc(NOW + timedelta(days=2))),
        filing(arrival=utc(NOW - timedelta(days=92))),
        filing(arrival=utc(NOW + timedelta(days=60))),
        filing(lines=[line(1, currency="KRW", unit="KGM"), line(2, currency="KRW")]),
    ],
)
def test_a_valid_filing_has_no_fault(body: dict[str, Any]) -> None:
    assert faults_of(body) == ()


BREAKS: list[tuple[str, str, dict[str, Any]]] = [
    ("required_here", "/containers", filing(containers=[])),
    ("required_here", "/wooden_packing", filing(package_type="93")),
    ("required_here", "/dangerous_goods", filing(lines=lines(hs_code="3604100000"))),
    ("required_here", "/lines/0/licences", filing(lines=lines(hs_code="9306210000"))),
    ("too_long", "/broker/name", filing(broker={"uscc": BROKER, "name": "名" * 71})),
    ("too_long", "/lines/0/licences/1", filing(lines=lines(licences=["A", "B" * 33]))),
    ("unknown_code", "/transport_mode", filing(transport_mode="Q")),
    ("unknown_code", "/country_of_departure", filing(country_of_departure="ZZ")),
    ("unknown_code", "/package_type", filing(package_type="05")),
    ("unknown_code", "/lines/0/origin", filing(lines=lines(origin="kr"))),
    ("unknown_code", "/lines/0/currency", filing(lines=lines(currency="XXX"))),
    ("unknown_code", "/lines/0/unit", filing(lines=lines(unit="BARN"))),
    ("unknown_code", "/containers/0/size_type", filing(containers=[container(size_type="45Z9")])),
    ("not_asked_on_this_day", "/port_authority", filing(port_authority="4200000003")),
    ("uscc_invalid", "/consignee/uscc", filing(consignee={"uscc": BROKER[:-1] + "0", "name": "x"})),
    ("uscc_invalid", "/broker/uscc", filing(broker={"uscc": BROKER.lower() + "x", "name": "x"})),
    ("broker_is_not_caller", "/broker/uscc", filing(broker={"uscc": OTHER_BROKER, "name": "x"})),
    ("hs_code_invalid", "/lines/0/hs_code", filing(lines=lines(hs_code="7701000000"))),
    ("hs_code_invalid", "/lines/0/hs_code", filing(lines=lines(hs_code="0001000000"))),
    ("hs_code_invalid", "/lines/0/hs_code", filing(lines=lines(hs_code="9801000000"))),
    ("hs_code_invalid", "/lines/0/hs_code", filing(lines=lines(hs_code="847130"))),
    ("hs_code_invalid", "/lines/0/hs_code", filing(lines=lines(hs_code="８471300000"))),
    ("container_number_invalid", "/containers/0/number", filing(containers=[WRONG_CHECK_DIGIT])),
    (
        "container_number_invalid",
        "/containers/0/number",
        filing(containers=[container(number="ОSTU0000010")]),
    ),
    ("container_repeated", "/containers/1/number", filing(containers=TWO_OF_ONE)),
    ("not_positive", "/packages", filing(packages=0)),
    ("not_positive", "/gross_kg", filing(gross_kg="0")),
    ("not_positive", "/net_kg", filing(net_kg="0")),
    ("not_positive", "/lines/0/quantity", filing(lines=lines(quantity="0"))),
    ("not_positive", "/lines/0/net_kg", filing(lines=lines(net_kg="0.00000"))),
    ("not_positive", "/lines/0/value", filing(lines=lines(value="0.00"))),
    ("line_number_out_of_order", "/lines/1/number", filing(lines=[line(1), line(3)])),
    ("line_number_out_of_order", "/lines/1/number", filing(lines=[line(1), line(1)])),
    ("too_many_lines", "/lines", filing(lines=[line(n) for n in range(1, 52)])),
    ("net_above_gross", "/net_kg", filing(gross_kg="1999.99999")),
    ("net_sum_differs", "/net_kg", filing(net_kg="2000.03")),
    (
        "container_line_unknown",
        "/containers/0/lines/1",
        filing(containers=[container(lines=[1, 9])]),
    ),
    (
        "container_line_repeated",
        "/containers/0/lines/1",
        filing(containers=[container(lines=[1, 1])]),
    ),
    ("line_in_no_container", "/lines/1/number", filing(containers=[container()])),
    ("container_empty", "/containers/0/lines", filing(containers=[container(lines=[])])),
    ("arrival_implausible", "/arrival", filing(arrival=LONG_AGO)),
    ("arrival_implausible", "/arrival", filing(arrival=FAR_AHEAD)),
    ("perishes_before_arrival", "/perishable_until", filing(perishable_until=utc(NOW))),
    (
        "slot_wish_empty",
        "/slot_wish/latest",
        filing(slot_wish={"earliest": utc(NOW), "latest": utc(NOW)}),
    ),
]


@pytest.mark.parametrize(("code", "pointer", "body"), BREAKS)
def test_a_broken_rule_is_named_where_it_is_broken(
    code: str, pointer: str, body: dict[str, Any]
) -> None:
    assert (code, pointer) in found(body)


@pytest.mark.parametrize(
    ("net_kg", "faults"),
    [("1999.99", 0), ("2000.00", 0), ("1999.999", 1), ("12000", 1)],
)
def test_the_dictionary_bounds_the_digits_of_a_number(net_kg: str, faults: int) -> None:
    body = filing(net_kg=net_kg, gross_kg="1")
    narrow = tuple(
        item.model_copy(update={"length": 6, "precision": 2}) if item.id == "net_weight" else item
        for item in DICTIONARY.items
    )
    told = checks.check(
        content_of(body),
        dictionary=replace(DICTIONARY, items=narrow),
        organisation=BROKER,
        now=NOW,
    )
    assert [fault.code for fault in told].count("too_many_digits") == faults


def test_every_rule_has_a_filing_that_breaks_it() -> None:
    # Digits are bounded by the form first; the dictionary's own bound is tested beside it.
    broken = {code for code, _, _ in (*BREAKS, *crossed.BREAKS)} | {"too_many_digits"}
    assert {rule.code for rule in checks.RULES} == broken


def test_all_faults_are_told_at_once() -> None:
    body = filing(
        transport_mode="Q", net_kg="1", lines=[line(1, origin="ZZ"), line(2, hs_code="77")]
    )
    assert {
        ("unknown_code", "/transport_mode"),
        ("unknown_code", "/lines/0/origin"),
        ("hs_code_invalid", "/lines/1/hs_code"),
        ("net_sum_differs", "/net_kg"),
    } <= found(body)


def test_every_fault_is_told_in_two_languages_with_its_mend() -> None:
    for _, _, body in BREAKS:
        for fault in faults_of(body):
            assert fault.en
            assert fault.zh
            assert fault.mend_en
            assert fault.mend_zh


def test_a_wrong_check_digit_is_told_the_right_one() -> None:
    faults = faults_of(filing(containers=[WRONG_CHECK_DIGIT]))
    facts = next(fault.facts for fault in faults if fault.code == "container_number_invalid")
    assert facts == {"check_digit": "0", "item": "container_number", "item_number": 94}


def test_rules_of_codes_have_unique_codes() -> None:
    codes = [rule.code for rule in checks.RULES]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("name", amendment.FIXED)
def test_an_amendment_keeps_what_identifies_the_filing(name: str) -> None:
    other = {"reference": "REF-2", "direction": "export", "customs_office": "2200"}[name]
    before = content_of(filing())
    after = content_of(filing() | {name: other})
    assert [fault.pointer for fault in amendment.faults(before, after)] == [f"/{name}"]
    assert not list(amendment.faults(before, content_of(filing(net_kg="1999"))))


def test_the_factories_make_companies_of_their_own() -> None:
    assert len({factories.uscc(n) for n in range(100)}) == 100


def test_the_check_digit_of_a_container_is_that_of_the_library() -> None:
    draw = Random(6346)
    numbers = [
        "".join(draw.choices(ascii_uppercase, k=3)) + f"U{n:06}" for n in range(0, 10**6, 997)
    ]
    made = [identifiers.check_digit(each) for each in numbers]
    assert made == [iso6346.calc_check_digit(each) for each in numbers]
    assert set(made) == set(digits)
