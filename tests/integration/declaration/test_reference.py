"""The dictionary, the code lists and what must be filled in, asked over HTTP."""

from typing import Any

import httpx
import pytest

from services.declaration import dictionary
from shared.auth.principal import OF_AN_AGENCY, Role
from shared.reference import codes
from shared.service import Service
from tests import kits
from tests.factories import NOW
from tests.integration.declaration.asking import Json
from tests.integration.declaration.standing import broker, service

__all__ = ["broker", "service"]


REFERENCE = "/v1/reference"
BEEF = {
    "hs_code": "0202300090",
    "direction": "import",
    "transport_mode": "2",
    "package_type": "22",
    "origin": "AU",
}


async def _read(client: httpx.AsyncClient, path: str) -> Json:
    answer = await client.get(f"{REFERENCE}/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: Json = answer.json()
    return found


async def test_the_dictionary_is_served_as_it_is_on_a_day(broker: httpx.AsyncClient) -> None:
    reform = await _read(broker, "items?at=2018-08-01")
    assert [item["number"] for item in reform["items"]] == list(range(1, 106))
    assert reform["at"] == "2018-08-01"
    assert {item["id"] for item in reform["own"]} >= {"reference", "duty_rate"}
    today = await _read(broker, "items")
    assert today["at"] == str(NOW.date())
    asked = dictionary.at(NOW.date())
    assert [item["id"] for item in today["items"]] == [item.id for item in asked.merged]
    pointers = {
        field["pointer"] for item in (*today["items"], *today["own"]) for field in item["fields"]
    }
    assert pointers == {field.pointer for field in asked.items}
    assert (await _read(broker, "items?at=2018-07-31"))["items"] == []


async def test_a_field_tells_its_list_its_length_and_when_it_is_asked(
    broker: httpx.AsyncClient,
) -> None:
    found = {
        field["pointer"]: field
        for item in (await _read(broker, "items"))["items"]
        for field in item["fields"]
    }
    unit = found["/lines/*/statutory/unit"]
    assert (unit["code_list"], unit["length"], unit["obligation"]) == ("units", 3, "mandatory")
    (reason,) = found["/containers"]["required_when"]
    assert set(reason) == {"en", "zh"}


@pytest.mark.parametrize("name", codes.LISTS)
async def test_each_code_list_is_served_as_it_is_on_a_day(
    broker: httpx.AsyncClient, name: str
) -> None:
    found = await _read(broker, f"{name}?at=2026-03-02")
    known = codes.known(name, on=NOW.date())
    assert [each["code"] for each in found["items"]] == list(known)
    assert found["name"] == name
    assert all(each["en"] and each["zh"] for each in found["items"])


async def test_a_code_is_in_its_list_on_its_days_alone(broker: httpx.AsyncClient) -> None:
    listed = {
        day: {each["code"] for each in (await _read(broker, f"epidemic_areas?at={day}"))["items"]}
        for day in ("2022-09-19", "2022-09-20", "2023-01-11", "2023-01-12")
    }
    assert ["UG" in each for each in listed.values()] == [False, True, True, False]


async def test_an_unknown_list_names_the_lists_there_are(broker: httpx.AsyncClient) -> None:
    answer = await broker.get(f"{REFERENCE}/colours")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_list")
    assert answer.json()["errors"][0]["facts"]["lists"] == list(codes.LISTS)


@pytest.mark.parametrize(
    "at", ["yesterday", "1700006400", "2026-02-30", "２０２６-01-01", "1066-01-01"]
)
@pytest.mark.parametrize("path", ["items", "units"])
async def test_a_day_that_is_none_is_told(broker: httpx.AsyncClient, path: str, at: str) -> None:
    answer = await broker.get(f"{REFERENCE}/{path}", params={"at": at})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/at"


async def _asked(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await client.post(f"{REFERENCE}/required", json=BEEF | changes)


async def test_every_role_is_told_what_must_be_filled_in_and_why(service: Service) -> None:
    for role in Role:
        agency = "customs" if role in OF_AN_AGENCY else ""
        async with kits.client(service, role, agency=agency) as client:
            found = (await _asked(client)).json()
        must = {item["id"]: item for item in found["must"]}
        assert must["purpose"]["number"] == 77
        assert "第1至24章" in must["purpose"]["reasons"][0]["zh"]
        assert must["purpose"]["fields"][0]["code_list"] == "purposes"
        assert "freight" in {item["id"] for item in found["may"]}
        assert "producer" in {item["id"] for item in found["not_asked"]}
    assert await kits.told(service) == []


async def test_what_must_be_filled_in_is_of_the_day_asked_for(broker: httpx.AsyncClient) -> None:
    then = (await _asked(broker, at="2020-01-01")).json()
    assert then["at"] == "2020-01-01"
    assert "port_authority" in {item["id"] for item in then["must"]}
    now = (await _asked(broker)).json()
    assert now["at"] == str(NOW.date())
    assert "port_authority" in {item["id"] for item in now["not_asked"]}


async def test_codes_that_are_none_are_told_where_they_stand(broker: httpx.AsyncClient) -> None:
    answer = await _asked(broker, hs_code="0202.30.00.90", transport_mode="Q", origin="au")
    assert answer.status_code == 422
    told = {each["pointer"]: each for each in answer.json()["errors"]}
    assert set(told) == {"/hs_code", "/transport_mode", "/origin"}
    assert told["/hs_code"]["facts"]["did_you_mean"] == "0202300090"
    assert told["/origin"]["facts"]["did_you_mean"] == "AU"
