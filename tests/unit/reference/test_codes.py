"""The dated code lists."""

from datetime import date

import pytest

from shared.contracts.values import Verdict
from shared.reference import codes

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("name", "code", "en", "zh"),
    [
        ("countries", "KR", "Korea, Republic of", "大韩民国"),
        ("currencies", "USD", "US Dollar", "美元"),
        ("units", "KGM", "kilogram", "千克"),
        ("transport_modes", "2", "sea", "水路运输"),
        ("package_types", "00", "bulk", "散装"),
        ("agencies", "quarantine", "quarantine", "检验检疫"),
        ("verdicts", "suspend", "suspended", "待定"),
        ("size_types", "45R1", "40 foot, 9 foot 6 inch high, refrigerated and heated", None),
    ],
)
def test_a_list_names_its_codes_in_both_languages(
    name: str, code: str, en: str, zh: str | None
) -> None:
    entry = codes.known(name, on=TODAY)[code]
    assert entry.en == en
    assert zh is None or entry.zh == zh
    assert codes.name_of(name, code) == (entry.en, entry.zh)


@pytest.mark.parametrize("name", codes.LISTS)
def test_every_entry_has_a_unique_code_and_two_names(name: str) -> None:
    entries = codes.known(name, on=TODAY)
    assert entries
    assert all(entry.en and entry.zh and entry.code == code for code, entry in entries.items())


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "usd", ""])
def test_what_is_no_money_is_no_currency(code: str) -> None:
    assert code not in codes.known("currencies", on=TODAY)


def test_a_list_is_empty_before_its_first_day() -> None:
    assert not codes.known("units", on=date(2018, 7, 31))
    assert codes.known("units", on=date(2018, 8, 1))


def test_every_verdict_has_a_name() -> None:
    assert set(codes.known("verdicts", on=TODAY)) == set(Verdict)


def test_an_unknown_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        codes.known("colours", on=TODAY)


def test_the_name_of_an_unknown_code_is_the_code() -> None:
    assert codes.name_of("agencies", "fisheries") == ("fisheries", "fisheries")
