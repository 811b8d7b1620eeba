"""A code that only looks right is refused, said to be so, and told what was probably meant."""

import pytest

from services.declaration.domain.checks import alike
from shared.errors import Fault
from tests.factories import BROKER, CONSIGNEE, Body, container, container_number, filing, line
from tests.unit.declaration.test_checks_across import faults_of

RIGHT = container_number(1)
FULL_WIDTH = str.maketrans("0123456789OSTU", "０１２３４５６７８９ＯＳＴＵ")
SMALL, WIDE, FOREIGN = alike.SMALL, alike.WIDE, alike.FOREIGN
DIGITS, APART, SWAPPED = alike.DIGITS, alike.APART, alike.SWAPPED

CONTAINERS: dict[str, tuple[str, set[alike.Oddity]]] = {
    "lower case": (RIGHT.lower(), {SMALL}),
    "full-width digits": (RIGHT[:4] + RIGHT[4:].translate(FULL_WIDTH), {WIDE}),
    "full-width altogether": (RIGHT.translate(FULL_WIDTH), {WIDE}),
    "full-width small letters": ("ｏｓｔｕ" + RIGHT[4:], {SMALL, WIDE}),
    "Cyrillic letters": ("ОЅТU" + RIGHT[4:], {FOREIGN}),
    "a small Cyrillic letter": ("оSTU" + RIGHT[4:], {SMALL, FOREIGN}),
    "a Greek letter": ("OSΤU" + RIGHT[4:], {FOREIGN}),
    "Arabic digits": (RIGHT[:4] + "٠٠٠٠٠١٠", {DIGITS}),
    "as it is painted": (f"{RIGHT[:4]} {RIGHT[4:10]}-{RIGHT[10:]}", {APART}),
    "letters O and I for digits": ("OSTUOOOOOIO", {SWAPPED}),
    "digits for letters": ("05TU" + RIGHT[4:], {SWAPPED}),
    "all of it": ("о5tu ０００００1O", {SMALL, WIDE, FOREIGN, APART, SWAPPED}),
}


def fault_of(body: Body, code: str) -> Fault:
    (fault,) = (fault for fault in faults_of(body) if fault.code == code)
    return fault


@pytest.mark.parametrize(("written", "odd"), CONTAINERS.values(), ids=CONTAINERS)
def test_a_container_number_that_looks_right_is_explained_and_not_corrected(
    written: str, odd: set[alike.Oddity]
) -> None:
    assert set(alike.oddities(written, "AAAA9999999")) == odd
    body = filing(containers=[container(number=written, lines=[1, 2])])
    fault = fault_of(body, "container_number_invalid")
    assert fault.facts["did_you_mean"] == RIGHT
    assert RIGHT in fault.mend_en
    assert RIGHT in fault.mend_zh
    for oddity in odd:
        assert oddity.en in fault.en
        assert oddity.zh in fault.zh


def test_nothing_is_suggested_that_would_be_refused_too() -> None:
    body = filing(containers=[container(number="ostu0000011", lines=[1, 2])])
    fault = fault_of(body, "container_number_invalid")
    assert "did_you_mean" not in fault.facts
    assert SMALL.en in fault.en
    short = fault_of(filing(containers=[container(number="OSTU1")]), "container_number_invalid")
    assert set(short.facts) == {"item", "item_number"}


@pytest.mark.parametrize(
    ("code", "body", "meant"),
    [
        ("hs_code_invalid", filing(lines=[line(hs_code="8471.30.00.00")]), "8471300000"),
        ("hs_code_invalid", filing(lines=[line(hs_code="847l3OOOOO")]), "8471300000"),
        ("hs_code_invalid", filing(lines=[line(hs_code="８４７１３０００００")]), "8471300000"),
        (
            "uscc_invalid",
            filing(consignee={"uscc": CONSIGNEE.lower(), "name": "x"}),
            CONSIGNEE,
        ),
        (
            "uscc_invalid",
            filing(consignee={"uscc": CONSIGNEE.replace("0", "O"), "name": "x"}),
            CONSIGNEE,
        ),
        ("unknown_code", filing(country_of_departure="kr"), "KR"),
        ("unknown_code", filing(lines=[line(unit="ｋｇｍ")]), "KGM"),
        ("unknown_code", filing(lines=[line(currency="UЅD")]), "USD"),
    ],
)
def test_other_codes_are_suggested_alike(code: str, body: Body, meant: str) -> None:
    assert fault_of(body, code).facts["did_you_mean"] == meant


def test_a_code_that_is_like_none_of_the_list_is_not_called_odd() -> None:
    fault = fault_of(filing(business_matters=["paperles_tax"]), "unknown_code")
    assert SMALL.en not in fault.en
    assert fault.facts["list"] == "business_matters"
    assert "did_you_mean" not in fault.facts


def test_what_is_right_is_not_odd() -> None:
    assert alike.oddities(RIGHT, "AAAA9999999") == ()
    assert alike.oddities(BROKER, "X" * 18) == ()
