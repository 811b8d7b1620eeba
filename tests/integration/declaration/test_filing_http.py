"""Filing, reading and listing over HTTP, on PostgreSQL."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.auth.principal import Role
from shared.service import Service
from tests import kits
from tests.factories import BROKER, OTHER_BROKER, container, filing, line
from tests.integration.declaration.asking import broken, filed, read, receipts


async def test_a_filing_is_answered_with_a_receipt_number_and_told_once(
    service: Service, broker: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    assert found["receipt_number"] == "421820261000000001"
    assert (found["status"], found["version"], found["filing_version"]) == ("accepted", 1, 1)
    assert found["consignment"]["gross_kg"] == "2150"
    assert found["consignment"]["lines"][0]["value"] == "250000.00"
    assert await read(broker, found["id"]) == found
    (accepted,) = await kits.told(service)
    assert accepted.type == "onestop.filing.accepted.v1"
    assert (str(accepted.subject), accepted.aggregateversion) == (found["id"], 1)
    assert accepted.data["consignment"]["lines"][1]["net_kg"] == "1000"
    assert "customs_office" not in accepted.data["consignment"]
    assert await broken(service) == {}


async def test_the_answer_names_where_the_filing_is(broker: httpx.AsyncClient) -> None:
    answer = await broker.post("/v1/filings", json=filing(), headers=kits.keyed("k"))
    assert answer.headers["location"] == f"/v1/filings/{answer.json()['id']}"


async def test_every_fault_of_shape_is_told_at_once_and_nothing_is_stored(
    service: Service, broker: httpx.AsyncClient
) -> None:
    body = filing(without=("reference",), arrival="2026-03-03T00:00:00", packages="many", colour=1)
    answer = await broker.post("/v1/filings", json=body, headers=kits.keyed("k"))
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {(fault["code"], fault["pointer"]) for fault in problem["errors"]} == {
        ("missing", "/reference"),
        ("naive_time", "/arrival"),
        ("wrong_type", "/packages"),
        ("unknown_field", "/colour"),
    }
    assert await kits.told(service) == []


async def test_every_broken_rule_is_told_at_once_and_nothing_is_stored(
    service: Service, broker: httpx.AsyncClient
) -> None:
    body = filing(
        broker={"uscc": OTHER_BROKER, "name": "another"},
        lines=[line(1, hs_code="7701000000"), line(2, origin="ZZ")],
        containers=[container(number="OSTU0000011", lines=[1, 2])],
    )
    answer = await broker.post("/v1/filings", json=body, headers=kits.keyed("k"))
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert {(fault["code"], fault["pointer"]) for fault in errors} == {
        ("broker_is_not_caller", "/broker/uscc"),
        ("hs_code_invalid", "/lines/0/hs_code"),
        ("unknown_code", "/lines/1/origin"),
        ("container_number_invalid", "/containers/0/number"),
    }
    for fault in errors:
        assert fault["detail"]["en"]
        assert fault["detail"]["zh"]
        assert fault["mend"]["zh"]
    assert await kits.told(service) == []
    assert (await broker.get("/v1/filings")).json() == {"items": [], "next": None}


async def test_a_reference_is_used_once_by_a_broker_and_freely_by_another(
    service: Service, broker: httpx.AsyncClient
) -> None:
    await filed(broker)
    again = await broker.post("/v1/filings", json=filing(), headers=kits.keyed("another key"))
    assert (again.status_code, again.json()["code"]) == (409, "reference_taken")
    async with kits.client(service, org=OTHER_BROKER) as other:
        await filed(other, broker={"uscc": OTHER_BROKER, "name": "another"})
    assert len(await kits.told(service)) == 2


async def test_the_same_request_twice_files_once(
    service: Service, broker: httpx.AsyncClient
) -> None:
    first = await filed(broker)
    assert await filed(broker) == first
    assert len(await kits.told(service)) == 1


async def test_one_of_many_clients_gets_the_reference(
    service: Service, broker: httpx.AsyncClient
) -> None:
    async def attempt(number: int) -> int:
        answer = await broker.post("/v1/filings", json=filing(), headers=kits.keyed(f"k{number}"))
        return answer.status_code

    codes = await asyncio.gather(*(attempt(number) for number in range(12)))
    assert sorted(codes) == [201, *[409] * 11]
    assert await broken(service) == {}


async def test_a_filing_without_a_key_is_refused(broker: httpx.AsyncClient) -> None:
    answer = await broker.post("/v1/filings", json=filing())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


async def test_another_broker_neither_sees_nor_touches_a_filing(
    service: Service, broker: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    path = f"/v1/filings/{found['id']}"
    async with kits.client(service, org=OTHER_BROKER) as other:
        body = filing(broker={"uscc": OTHER_BROKER, "name": "another"})
        answers = [
            await other.get(path),
            await other.get(f"{path}/receipts"),
            await other.post(f"{path}/amend", json=body, headers=kits.keyed("a")),
            await other.post(f"{path}/withdraw", json={"reason": "x"}, headers=kits.keyed("b")),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert {answer.json()["code"] for answer in answers} == {"filing_not_found"}
        assert (await other.get("/v1/filings")).json()["items"] == []
    assert await read(broker, found["id"]) == found


@pytest.mark.parametrize(
    ("role", "agency", "reads"),
    [
        (Role.OFFICER, "customs", 200),
        (Role.SUPERVISOR, "quarantine", 200),
        (Role.AUDITOR, "", 200),
        (Role.SERVICE, "", 200),
        (Role.YARD, "", 403),
    ],
)
async def test_who_may_read_and_who_may_file(
    service: Service, broker: httpx.AsyncClient, role: Role, agency: str, reads: int
) -> None:
    found = await filed(broker)
    async with kits.client(service, role, org="CNTAO-Y1", agency=agency) as client:
        for path in ("/v1/filings", f"/v1/filings/{found['id']}"):
            assert (await client.get(path)).status_code == reads
        answer = await client.post("/v1/filings", json=filing(), headers=kits.keyed("k"))
        assert answer.status_code == 403


async def test_the_list_is_paged_newest_first_and_filtered(broker: httpx.AsyncClient) -> None:
    made = [await filed(broker, reference=f"R-{number}") for number in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await broker.get("/v1/filings", params=query)).json()
        seen += [each["reference"] for each in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == ["R-4", "R-3", "R-2", "R-1", "R-0"]
    one = (await broker.get("/v1/filings", params={"reference": "R-3"})).json()["items"]
    assert one == [made[3]]
    none = (await broker.get("/v1/filings", params={"status": "released"})).json()["items"]
    assert none == []
    for bad in ({"status": "lost"}, {"limit": 0}, {"cursor": "x"}):
        assert (await broker.get("/v1/filings", params=bad)).status_code == 422


async def test_receipts_are_read_from_a_sequence_number_on(broker: httpx.AsyncClient) -> None:
    found = await filed(broker)
    path = f"/v1/filings/{found['id']}/receipts"
    (accepted,) = await receipts(broker, found["id"])
    assert accepted["text"]["zh"] == f"申报已接受，回执号 {found['receipt_number']}。"
    assert (await broker.get(path, params={"after": 1})).json() == {"items": [], "next": None}
    assert (await broker.get(path, params={"after": -1})).status_code == 422


async def test_text_is_kept_as_it_is_read_in_one_normal_form(broker: httpx.AsyncClient) -> None:
    found = await filed(broker, consignee={"uscc": BROKER, "name": "Cafe\u0301 咖啡'; DROP TABLE"})
    name = (await read(broker, found["id"]))["consignment"]["consignee"]["name"]
    assert name == "Café 咖啡'; DROP TABLE"
