"""Merging over HTTP: nothing is filed by asking, what is open is refused, the papers are kept."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.service import Service
from tests import kits, legacy
from tests.factories import OTHER_BROKER, filing
from tests.integration.declaration.asking import broken, filed, read

Json = dict[str, Any]


async def post(
    client: httpx.AsyncClient, path: str, body: Json, *, key: str = "k"
) -> httpx.Response:
    return await client.post(f"/v1/filings/{path}", json=body, headers=kits.keyed(key))


async def merged(client: httpx.AsyncClient) -> Json:
    """A merged filing."""
    answer = await post(client, "merged", legacy.pair())
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    assert answer.headers["location"] == f"/v1/filings/{found['id']}"
    return found


async def filings(service: Service) -> int:
    async with service.kit.database.connect() as connection:
        found = await connection.execute(text("SELECT count(*) FROM filings"))
        return int(found.scalar_one())


async def test_a_merge_is_told_with_its_report_and_files_nothing(
    service: Service, broker: httpx.AsyncClient
) -> None:
    answer = await post(broker, "merge", legacy.pair())
    told = answer.json()
    assert (answer.status_code, told["conflicts"], told["faults"]) == (200, 0, [])
    assert told["groups"] == [
        {"customs": [1], "inspection": [2, 1], "lines": [1, 2], "by": "code_in_parts"}
    ]
    assert {each["kind"] for each in told["report"]} == {
        *(None, "format_only", "within_tolerance", "real")
    }
    assert await filings(service) == 0


async def test_what_the_merged_filing_would_be_refused_for_is_told(
    broker: httpx.AsyncClient,
) -> None:
    told = (await post(broker, "merge", legacy.pair(answers=[]))).json()
    assert told["conflicts"] == 1
    assert {(each["code"], each["pointer"]) for each in told["faults"]} == {
        ("missing", "/reference"),
        ("missing", "/attachments/0/number"),
        ("missing", "/lines/0/duty_percent"),
        ("missing", "/lines/1/duty_percent"),
    }


async def test_open_conflicts_and_faults_are_refused_together(
    service: Service, broker: httpx.AsyncClient
) -> None:
    body = legacy.pair()
    body["inspection"]["contract"] = "ANOTHER"
    body["answers"] = [each for each in body["answers"] if each["place"] == "/reference"]
    answer = await post(broker, "merged", body)
    found = {(each["code"], each["pointer"]) for each in answer.json()["errors"]}
    assert answer.status_code == 422
    assert found == {
        ("merge_conflict", "/filing/arrival"),
        ("merge_conflict", "/filing/contract"),
        ("missing", "/filing/attachments/0/number"),
        ("missing", "/filing/lines/0/duty_percent"),
        ("missing", "/filing/lines/1/duty_percent"),
    }
    assert await filings(service) == 0


@pytest.mark.parametrize("path", ["merge", "merged"])
async def test_an_answer_to_what_is_not_asked_is_refused(
    broker: httpx.AsyncClient, path: str
) -> None:
    body = legacy.pair()
    body["answers"] += [{"place": "/contract", "take": "customs"}]
    answer = await post(broker, path, body)
    (error,) = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == ("answer_not_asked", "/answers/4/place")


@pytest.mark.parametrize("path", ["merge", "merged"])
async def test_forms_that_make_no_sense_are_refused(broker: httpx.AsyncClient, path: str) -> None:
    body = legacy.pair()
    body["customs"]["containers"][0]["container_lines"] = [7]
    body["inspection"]["lines"][1]["line_number"] = 1
    body["inspection"]["containers"][0]["container_lines"] = [1]
    answer = await post(broker, path, body)
    assert {(each["code"], each["pointer"]) for each in answer.json()["errors"]} == {
        ("form_line_unknown", "/customs/containers/0/container_lines/0"),
        ("form_line_repeated", "/inspection/lines/0/line_number"),
        ("form_line_repeated", "/inspection/lines/1/line_number"),
    }


async def test_a_merged_filing_is_filed_once_with_what_it_was_made_from(
    service: Service, broker: httpx.AsyncClient
) -> None:
    found = await merged(broker)
    again = await post(broker, "merged", legacy.pair())
    assert again.json() == found
    assert await read(broker, found["id"]) == found
    kept = (await broker.get(f"/v1/filings/{found['id']}/merge")).json()
    sent = legacy.pair()
    assert kept["answers"] == sent["answers"]
    assert kept["customs"]["domestic_party"] == sent["customs"]["domestic_party"]
    assert kept["inspection"]["lines"][0]["goods_name"] == "冻去骨牛肉（牛后腿）"
    arrival = next(each for each in kept["report"] if each["place"] == "/arrival")
    assert (arrival["rule"], arrival["kind"]) == ("answered", "real")
    assert await filings(service) == 1
    assert await broken(service) == {}


async def test_a_reference_that_is_taken_keeps_no_papers(
    service: Service, broker: httpx.AsyncClient
) -> None:
    await merged(broker)
    answer = await post(broker, "merged", legacy.pair(), key="another")
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_taken")
    async with service.kit.database.connect() as connection:
        kept = await connection.execute(text("SELECT count(*) FROM filing_merges"))
        assert kept.scalar_one() == 1


async def test_another_company_cannot_file_in_one_s_name(broker: httpx.AsyncClient) -> None:
    answer = await post(broker, "merged", legacy.pair(broker=OTHER_BROKER))
    (error,) = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == ("broker_is_not_caller", "/filing/broker/uscc")


async def test_a_filing_that_was_not_merged_has_no_papers(broker: httpx.AsyncClient) -> None:
    found = await filed(broker)
    answer = await broker.get(f"/v1/filings/{found['id']}/merge")
    assert (answer.status_code, answer.json()["code"]) == (404, "filing_not_merged")


async def test_each_agency_s_view_has_its_own_items(broker: httpx.AsyncClient) -> None:
    found = await merged(broker)
    views = {
        name: (await broker.get(f"/v1/filings/{found['id']}/views/{name}")).json()
        for name in ("customs", "quarantine")
    }
    customs, inspection = views["customs"], views["quarantine"]
    assert (customs["form"], inspection["form"]) == ("customs", "inspection")
    assert customs["header"]["levy_nature"] == "101"
    assert "levy_nature" not in inspection["header"]
    assert inspection["header"]["marks"] == "N/M"
    assert "marks" not in customs["header"]
    assert customs["header"]["contract"] == inspection["header"]["contract"] == "OST-2026-0017"
    assert [line["batches"] for line in inspection["lines"]] == [
        ["B260202", "B260203"],
        ["B260201"],
    ]
    assert "batches" not in customs["lines"][0]


async def test_a_filing_that_was_not_merged_has_both_views(broker: httpx.AsyncClient) -> None:
    found = await filed(broker, **filing())
    view = (await broker.get(f"/v1/filings/{found['id']}/views/customs")).json()
    assert view["header"]["domestic_party"]["name"] == "青岛样品贸易有限公司"
    assert [line["goods_name"] for line in view["lines"]] == [
        *("portable computers 便携式电脑", "fresh oranges 鲜橙")
    ]
