"""Checking without filing: the faults of filing, told in 200, and nothing comes of it."""

import json
from typing import Any

import httpx
import pytest

from shared.service import Service
from tests import kits
from tests.factories import OTHER_BROKER, Body, container, filing, line
from tests.integration.declaration.asking import Json, filed
from tests.integration.declaration.test_full_declaration import full

CHECK = "/v1/filings/check"

BODIES: dict[str, Any] = {
    "nothing wrong": filing(),
    "every item": full(),
    "its content": filing(net_kg="1", country_of_departure="kr"),
    "its shape": filing(packages="many", colour="red"),
    "both": filing(packages="many", broker={"uscc": OTHER_BROKER, "name": "x"}),
    "the only line": filing(lines=[line(1, net_kg="x")], containers=[container()]),
    "no fields": {},
    "no object": [filing()],
    "more faults than are told": filing() | {f"x{number}": 1 for number in range(300)},
    "a number that JSON would change": filing(net_kg=12345678901234.1234),
}


async def _checked(broker: httpx.AsyncClient, body: Any) -> Json:
    answer = await broker.post(CHECK, json=body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_check_tells_what_filing_would(
    service: Service, broker: httpx.AsyncClient, body: Any
) -> None:
    checked = await _checked(broker, body)
    assert await kits.told(service) == []
    answer = await broker.post("/v1/filings", json=body, headers=kits.keyed("k"))
    refused = answer.json() if answer.status_code == 422 else {"errors": []}
    assert checked["faults"] == refused["errors"]
    assert checked["faults_left_out"] == refused.get("errors_left_out", 0)
    assert checked["acceptable"] == (answer.status_code == 201)


async def test_each_fault_has_code_place_item_two_languages_and_a_mend_that_is_explained(
    broker: httpx.AsyncClient,
) -> None:
    body = filing(packages="many", customs_office="x", lines=[line(1, hs_code="8471.30.00.00")])
    for fault in (await _checked(broker, body))["faults"]:
        assert fault["detail"]["en"]
        assert fault["detail"]["zh"]
        assert fault["mend"]["en"]
        assert fault["mend"]["zh"]
        explained = await broker.get(f"/problems/{fault['code']}")
        assert explained.status_code == 200
    told = {each["pointer"]: each for each in (await _checked(broker, body))["faults"]}
    assert told["/packages"]["facts"]["item_number"] == 50
    assert told["/customs_office"]["facts"]["item_number"] == 3
    code = told["/lines/0/hs_code"]
    assert (code["facts"]["item_number"], code["facts"]["did_you_mean"]) == (58, "8471300000")
    assert "8471300000" in code["mend"]["zh"]


async def test_a_broken_only_line_is_told_by_itself_alone(broker: httpx.AsyncClient) -> None:
    found = await _checked(broker, BODIES["the only line"])
    assert [(each["code"], each["pointer"]) for each in found["faults"]] == [
        ("bad_format", "/lines/0/net_kg")
    ]


async def test_an_amendment_of_what_is_fixed_names_the_item(broker: httpx.AsyncClient) -> None:
    found = await filed(broker)
    body: Body = filing(customs_office="2200")
    path = f"/v1/filings/{found['id']}/amend"
    answer = await broker.post(path, json=body, headers=kits.keyed("amend"))
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["facts"]["item_number"]) == ("fixed_after_acceptance", 3)


@pytest.mark.parametrize("raw", [b'{"reference":"a",', b'{"a":1,"a":2}', b""])
async def test_what_is_no_json_is_refused(broker: httpx.AsyncClient, raw: bytes) -> None:
    answer = await broker.post(CHECK, content=raw, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    plain = await broker.post(CHECK, content=json.dumps(filing()))
    assert plain.status_code == 415
