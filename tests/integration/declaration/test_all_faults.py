"""A filing that is wrong in shape and in content is told of both at once."""

from typing import Any

import httpx
import pytest

from shared.service import Service
from tests import kits
from tests.factories import OTHER_BROKER, container, filing, line

Told = set[tuple[str, str]]


async def _told(broker: httpx.AsyncClient, body: Any) -> Told:
    answer = await broker.post("/v1/filings", json=body, headers=kits.keyed("k"))
    assert answer.status_code == 422
    return {(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]}


BROKEN: dict[str, tuple[dict[str, Any], Told]] = {
    "a field of the wrong type, and rules that do not need it": (
        {
            "packages": "many",
            "broker": {"uscc": OTHER_BROKER, "name": "another"},
            "country_of_departure": "ZZ",
        },
        {
            ("wrong_type", "/packages"),
            ("broker_is_not_caller", "/broker/uscc"),
            ("unknown_code", "/country_of_departure"),
        },
    ),
    "one of two lines, and the other's rules": (
        {"lines": [line(1, net_kg="x"), line(2, hs_code="7701000000", origin="ZZ")]},
        {
            ("bad_format", "/lines/0/net_kg"),
            ("hs_code_invalid", "/lines/1/hs_code"),
            ("unknown_code", "/lines/1/origin"),
        },
    ),
    "a container that is none, and one with a wrong number": (
        {"containers": ["OSTU0000010", container(number="OSTU0000011", lines=[1, 2])]},
        {("wrong_type", "/containers/0"), ("container_number_invalid", "/containers/1/number")},
    ),
    "a field that there is not": (
        {"colour": "red", "net_kg": "3000"},
        {
            ("unknown_field", "/colour"),
            ("net_above_gross", "/net_kg"),
            ("net_sum_differs", "/net_kg"),
        },
    ),
    "a line's number, and what is told of the line": (
        {"lines": [line(unit_price="9") | {"number": "x"}, line(2)]},
        {("wrong_type", "/lines/0/number"), ("value_differs", "/lines/0/value")},
    ),
    "a party that is none": (
        {"consignee": "somebody", "country_of_departure": "ZZ"},
        {("wrong_type", "/consignee"), ("unknown_code", "/country_of_departure")},
    ),
    "characters that nobody sees": (
        {"overseas_party": "a\u202eb", "package_type": "ZZ"},
        {("forbidden_character", "/overseas_party"), ("unknown_code", "/package_type")},
    ),
}


@pytest.mark.parametrize(("changes", "expected"), BROKEN.values(), ids=BROKEN)
async def test_faults_of_shape_and_of_content_are_told_together(
    service: Service, broker: httpx.AsyncClient, changes: Any, expected: Told
) -> None:
    assert await _told(broker, filing(**changes)) == expected
    assert await kits.told(service) == []


async def test_what_is_missing_is_told_once_and_nothing_is_concluded_from_it(
    broker: httpx.AsyncClient,
) -> None:
    whole = filing()
    for name in whole:
        found = await _told(
            broker, {key: each for key, each in whole.items() if key != name} | {"colour": 1}
        )
        assert found <= {("missing", f"/{name}"), ("unknown_field", "/colour")} | FOLLOWS.get(
            name, set()
        ), name


FOLLOWS: dict[str, Told] = {"containers": {("required_here", "/containers")}}
"""What is a fault where a field that may be left out is."""


async def test_a_body_that_is_no_filing_at_all_is_told_of_its_shape(
    broker: httpx.AsyncClient,
) -> None:
    assert await _told(broker, [filing()]) == {("wrong_type", "")}
    assert {code for code, _ in await _told(broker, {})} == {"missing"}
