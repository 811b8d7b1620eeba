"""Filings are found by what they declare; each filter alone, together, and what is no filter."""

from typing import Any

import httpx
import pytest

from shared.auth.principal import Role
from shared.service import Service
from tests import kits
from tests.factories import BROKER, CONSIGNEE, OTHER_BROKER, container, container_number, line, uscc
from tests.integration.declaration.asking import filed
from tests.integration.declaration.standing import broker, service

__all__ = ["broker", "service"]


Query = dict[str, str]
OWNER = uscc(9)
SHEEP = {
    "reference": "SHEEP",
    "bill_of_lading": "COSU-6123 45",
    "lines": [line(1, hs_code="0204100000", net_kg="2000")],
    "containers": [container(7)],
    "owner": {"uscc": OWNER, "name": "owner 货主"},
}


async def found(client: httpx.AsyncClient, **query: str) -> list[str]:
    """The references of what is found."""
    answer = await client.get("/v1/filings", params=query)
    assert answer.status_code == 200, answer.text
    return [each["reference"] for each in answer.json()["items"]]


async def refused(client: httpx.AsyncClient, query: Any) -> set[tuple[str, str]]:
    """Codes and pointers of what is wrong with a query."""
    answer = await client.get("/v1/filings", params=query)
    assert answer.status_code == 422, answer.text
    return {(each["code"], each["pointer"]) for each in answer.json()["errors"]}


@pytest.fixture(scope="module")
async def agent(service: Service, broker: httpx.AsyncClient) -> httpx.AsyncClient:
    """A broker with two filings, beside another broker with one like the second."""
    await filed(broker)
    await filed(broker, **SHEEP)
    async with kits.client(service, org=OTHER_BROKER) as other:
        named = {"uscc": OTHER_BROKER, "name": "another 另一家"}
        await filed(other, **SHEEP | {"broker": named, "reference": "OTHER"})
    return broker


@pytest.mark.parametrize(
    ("query", "mine"),
    [
        ({"number": "421820261000000002"}, ["SHEEP"]),
        ({"number": " 421820261-000000002"}, ["SHEEP"]),
        ({"reference": "REF-0001"}, ["REF-0001"]),
        ({"reference": "ref-0001"}, []),
        ({"container": container_number(7)}, ["SHEEP"]),
        ({"container": container_number(7).lower()}, ["SHEEP"]),
        ({"container": "ОSТU " + container_number(7)[4:]}, ["SHEEP"]),
        ({"container": container_number(2)}, ["REF-0001"]),
        ({"container": container_number(3)}, []),
        ({"bill_of_lading": "COSU612345"}, ["SHEEP"]),
        ({"bill_of_lading": "cosu 6123-45"}, ["SHEEP"]),
        ({"bill_of_lading": "COSU61234"}, []),
        ({"company": CONSIGNEE}, ["SHEEP", "REF-0001"]),
        ({"company": BROKER}, ["SHEEP", "REF-0001"]),
        ({"company": OWNER}, ["SHEEP"]),
        ({"company": OTHER_BROKER}, []),
        ({"hs_code": "02"}, ["SHEEP"]),
        ({"hs_code": "0204"}, ["SHEEP"]),
        ({"hs_code": "020410"}, ["SHEEP"]),
        ({"hs_code": "02041000"}, ["SHEEP"]),
        ({"hs_code": "0204100000"}, ["SHEEP"]),
        ({"hs_code": "0204.10"}, ["SHEEP"]),
        ({"hs_code": "0203"}, []),
        ({"hs_code": "0805100000"}, ["REF-0001"]),
        ({"status": "accepted"}, ["SHEEP", "REF-0001"]),
        ({"status": "held"}, []),
        ({"accepted_from": "2026-03-02", "accepted_to": "2026-03-02"}, ["SHEEP", "REF-0001"]),
        ({"accepted_from": "2026-03-03"}, []),
        ({"accepted_to": "2026-03-01"}, []),
        ({"accepted_from": "2026-03-02T09:00:00+08:00"}, ["SHEEP", "REF-0001"]),
        ({"accepted_to": "2026-03-02T09:00:00+08:00"}, []),
        ({"hs_code": "02", "company": CONSIGNEE}, ["SHEEP"]),
        ({"hs_code": "02", "container": container_number(7), "status": "accepted"}, ["SHEEP"]),
        ({"hs_code": "08", "container": container_number(7)}, []),
        ({"hs_code": "02", "status": "held"}, []),
        ({"reference": "SHEEP", "hs_code": "02", "accepted_from": "2026-03-02"}, ["SHEEP"]),
        ({"reference": "SHEEP", "hs_code": "08"}, []),
        ({"number": "421820261000000001", "container": container_number(7)}, []),
    ],
)
async def test_a_broker_finds_its_own_by_each_filter_and_by_all_together(
    agent: httpx.AsyncClient, query: Query, mine: list[str]
) -> None:
    assert await found(agent, **query) == mine


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"container": container_number(7)},
        {"bill_of_lading": "COSU612345"},
        {"company": OWNER},
        {"hs_code": "0204"},
        {"company": OWNER, "hs_code": "02", "container": container_number(7)},
        {"status": "accepted"},
        {"status": "accepted", "hs_code": "02"},
        {"accepted_from": "2026-03-02"},
    ],
)
async def test_no_filter_shows_a_broker_another_one_s_filings(
    service: Service, agent: httpx.AsyncClient, query: Query
) -> None:
    assert "OTHER" not in await found(agent, **query)
    async with kits.client(service, org=OTHER_BROKER) as other:
        assert await found(other, **query) == ["OTHER"]
    async with kits.client(service, Role.OFFICER, org="customs", agency="customs") as officer:
        assert {"OTHER", "SHEEP"} <= {*await found(officer, **query)}


async def test_who_sees_all_finds_a_reference_of_every_broker(
    service: Service, agent: httpx.AsyncClient
) -> None:
    async with kits.client(service, Role.AUDITOR, org="audit") as auditor:
        assert await found(auditor, reference="SHEEP") == ["SHEEP"]
        assert await found(auditor, company=OTHER_BROKER) == ["OTHER"]
        assert await found(auditor, company=BROKER, hs_code="02") == ["SHEEP"]


async def test_every_fault_of_a_query_is_told_at_once(agent: httpx.AsyncClient) -> None:
    query = [
        *(("number", "12"), ("container", "OSTU0000011"), ("company", "91370200MA0000001O")),
        *(("hs_code", "020"), ("status", "lost"), ("limit", "0"), ("cursor", "x")),
        *(("accepted_from", "2026-03-03"), ("accepted_to", "2026-03-02"), ("stauts", "held")),
        *(("reference", "a"), ("reference", "b"), ("bill_of_lading", "\u200b")),
    ]
    assert await refused(agent, query) == {
        ("receipt_number_invalid", "/query/number"),
        ("container_number_invalid", "/query/container"),
        ("uscc_invalid", "/query/company"),
        ("hs_code_part_invalid", "/query/hs_code"),
        ("not_in_list", "/query/status"),
        ("out_of_range", "/query/limit"),
        ("bad_cursor", "/query/cursor"),
        ("period_backwards", "/query/accepted_to"),
        ("unknown_field", "/query/stauts"),
        ("repeated", "/query/reference"),
        ("forbidden_character", "/query/bill_of_lading"),
    }


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"accepted_from": "2026-03-02T00:00:00"}, ("naive_time", "/query/accepted_from")),
        ({"accepted_from": "2026-02-30"}, ("bad_format", "/query/accepted_from")),
        ({"accepted_to": "yesterday"}, ("bad_format", "/query/accepted_to")),
        (
            {"accepted_from": "2026-03-03", "accepted_to": "2026-03-02T15:59:59Z"},
            ("period_backwards", "/query/accepted_to"),
        ),
    ],
)
async def test_a_moment_is_a_day_or_has_an_offset_and_a_period_goes_on(
    agent: httpx.AsyncClient, query: Query, fault: tuple[str, str]
) -> None:
    assert await refused(agent, query) == {fault}


async def test_a_number_that_only_looks_right_is_told_with_what_was_meant(
    agent: httpx.AsyncClient,
) -> None:
    meant = container_number(7)
    answer = await agent.get("/v1/filings", params={"container": meant.replace("0", "O")})
    (error,) = answer.json()["errors"]
    assert error["facts"]["did_you_mean"] == meant
    assert meant in error["mend"]["zh"]
