"""Exports: what is found as CSV, of one moment, safe in spreadsheet programs, never cut off."""

import asyncio
import csv
from datetime import timedelta
from io import StringIO
from uuid import UUID

import httpx
import pytest

from services.declaration import finding
from services.declaration.api import exporting
from services.declaration.api.columns import COLUMNS
from shared.http import exports
from shared.service import Service
from tests import kits
from tests.factories import BROKER, NOW, OTHER_BROKER, container_number
from tests.integration.declaration.asking import filed
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

EXPORT = "/v1/filings/export.csv"
TEXT = "text/csv; header=present; charset=utf-8"


async def exported(client: httpx.AsyncClient, **query: str) -> list[dict[str, str]]:
    """The rows of an export, by the English headings."""
    answer = await client.get(EXPORT, params={"language": "en"} | query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == TEXT
    return list(csv.DictReader(StringIO(answer.text, newline="")))


async def test_each_filing_is_a_line_with_what_it_declares(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    made = await filed(broker)
    await deliveries.bring(Told(UUID(made["id"])).determined())
    (row,) = await exported(broker)
    assert row["Id"] == made["id"]
    assert row["Receipt number"] == "421820261000000001"
    assert (row["Status"], row["Accepted at (UTC)"]) == ("accepted", "2026-03-02T01:00:00Z")
    assert row["Containers"] == f"{container_number(1)}; {container_number(2)}"
    assert row["Goods codes"] == "8471300000; 0805100000"
    assert (row["Gross weight, kg"], row["Value"]) == ("2150", "USD 500000.00")
    assert (row["Declarant's code"], row["Requirement"]) == (BROKER, "joint")
    assert len(row) == len(COLUMNS)


async def test_filters_hold_and_a_broker_exports_its_own(
    service: Service, broker: httpx.AsyncClient
) -> None:
    await filed(broker, reference="A")
    await filed(broker, reference="B", bill_of_lading="ANOTHER")
    assert [row["Reference"] for row in await exported(broker)] == ["B", "A"]
    assert [row["Reference"] for row in await exported(broker, bill_of_lading="another")] == ["B"]
    async with kits.client(service, org=OTHER_BROKER) as other:
        assert await exported(other) == []
    answer = await broker.get(EXPORT, params={"container": "x", "limit": "5"})
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        *("/query/container", "/query/limit")
    }


async def test_a_cell_is_no_formula_and_breaks_out_of_no_cell(broker: httpx.AsyncClient) -> None:
    harmful = {
        "reference": "=1+1",
        "bill_of_lading": '-2",@SUM(A1)',
        "transport_name": "＝cmd|' /C calc'!A0",
        "overseas_party": 'a "quoted", name',
    }
    await filed(broker, **harmful)
    (row,) = await exported(broker)
    assert row["Reference"] == "'=1+1"
    assert row["Bill of lading"] == "'-2\",@SUM(A1)"
    assert row["Means of transport"] == "'＝cmd|' /C calc'!A0"
    assert row["Overseas party"] == 'a "quoted", name'
    raw = (await broker.get(EXPORT)).text
    assert raw.count("\r\n") == raw.count("\n") == 2


@pytest.mark.parametrize(
    ("language", "accepted", "heading"),
    [
        (None, "", "申报单标识"),
        (None, "en-GB,en;q=0.9,zh;q=0.1", "Id"),
        (None, "fr;q=1, zh-CN;q=0.8, en;q=0.5", "申报单标识"),
        (None, "en;q=x, *", "申报单标识"),
        ("zh", "en", "申报单标识"),
        ("en", "zh", "Id"),
    ],
)
async def test_the_header_is_in_the_language_that_is_asked_for(
    broker: httpx.AsyncClient, language: str | None, accepted: str, heading: str
) -> None:
    query = {} if language is None else {"language": language}
    answer = await broker.get(EXPORT, params=query, headers={"Accept-Language": accepted})
    assert answer.text.split(",")[0] == heading
    assert answer.headers["content-disposition"] == 'attachment; filename="filings-2026-03-02.csv"'


async def test_a_byte_order_mark_comes_where_it_is_asked_for(broker: httpx.AsyncClient) -> None:
    assert (await broker.get(EXPORT, params={"bom": "true"})).content[:3] == b"\xef\xbb\xbf"
    assert not (await broker.get(EXPORT)).content.startswith(b"\xef\xbb\xbf")


async def test_more_than_one_export_holds_is_refused_with_the_moment_that_parts_it(
    service: Service, broker: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST", 3)
    for number in range(5):
        await filed(broker, reference=f"R-{number}")
    async with service.kit.database.transaction() as session:
        (driver,) = (session.info["driver"],)
        await driver.execute(
            "ALTER TABLE filing_terms DROP CONSTRAINT filing_terms_pkey;"
            "UPDATE filings SET accepted_at ="
            " accepted_at + split_part(reference, '-', 2)::int * interval '1 minute'"
        )
    answer = await broker.get(EXPORT)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "export_too_long")
    parting = problem["errors"][0]["facts"]["accepted_from"]
    assert parting == (NOW + timedelta(minutes=1, microseconds=1)).isoformat().replace(
        "+00:00", "Z"
    )
    newest = await exported(broker, accepted_from=parting)
    rest = await exported(broker, accepted_to=parting)
    assert [row["Reference"] for row in newest + rest] == ["R-4", "R-3", "R-2", "R-1", "R-0"]


async def test_an_export_is_of_one_moment_and_goes_on_in_parts(
    service: Service, broker: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "STEP", 2)
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    for number in range(5):
        await filed(broker, reference=f"R-{number}")
    at = finding.at
    between = asyncio.Event()

    async def slowly(*given: object) -> object:
        """After the first part, everything is withdrawn before the second is read."""
        found = await at(*given)  # type: ignore[arg-type]
        if not between.is_set():
            between.set()
            async with service.kit.database.transaction() as session:
                driver = session.info["driver"]
                await driver.execute("UPDATE filings SET status = 'withdrawn'")
        return found

    monkeypatch.setattr(finding, "at", slowly)
    rows = await exported(broker, status="accepted")
    assert [row["Reference"] for row in rows] == ["R-4", "R-3", "R-2", "R-1", "R-0"]
    assert {row["Status"] for row in rows} == {"accepted"}
    assert await exported(broker, status="accepted") == []


async def test_more_exports_than_a_process_makes_at_a_time_are_asked_to_wait(
    service: Service, broker: httpx.AsyncClient
) -> None:
    turns: asyncio.Semaphore = service.api.state.exports
    for _ in range(exports.AT_ONCE):
        await turns.acquire()
    answer = await broker.get(EXPORT)
    assert (answer.status_code, answer.json()["code"]) == (503, "too_many_exports")
    assert answer.headers["retry-after"]
    turns.release()
    assert await exported(broker) == []
    assert await exported(broker) == []
