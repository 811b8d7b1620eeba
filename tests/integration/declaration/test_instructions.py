"""Standing instructions: given, kept with every version, applied by the merge, filed with it."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.service import Service
from tests import kits, legacy
from tests.factories import OTHER_BROKER

ARRIVAL = "/v1/standing-instructions/arrival"
Json = dict[str, Any]


async def put(client: httpx.AsyncClient, take: str, *, key: str, **more: str) -> httpx.Response:
    return await client.put(ARRIVAL, json={"take": take} | more, headers=kits.keyed(key))


async def merged(client: httpx.AsyncClient, *, path: str = "merge", **changes: Any) -> Json:
    """The examples merged without an answer about the arrival."""
    answers = [each for each in legacy.answers("R") if each["place"] != "/arrival"]
    body = legacy.pair(**{"answers": answers} | changes)
    answer = await client.post(f"/v1/filings/{path}", json=body, headers=kits.keyed(path))
    told: Json = answer.json()
    return told


def of_arrival(told: Json) -> Json:
    (entry,) = (each for each in told["report"] if each["place"] == "/arrival")
    found: Json = entry
    return found


async def test_an_instruction_is_given_changed_and_taken_back_and_every_version_is_kept(
    broker: httpx.AsyncClient,
) -> None:
    first = await put(broker, "customs", key="1")
    assert (first.status_code, first.json()["in_force"]) == (200, 1)
    assert first.json()["versions"][0] == {
        "version": 1,
        "take": "customs",
        "valid_from": "2026-03-02",
        "given_by": "a broker",
        "given_at": "2026-03-02T01:00:00Z",
    }
    assert (await put(broker, "customs", key="2")).json() == first.json()
    later = await put(broker, "inspection", key="3", valid_from="2026-04-01")
    assert later.json()["in_force"] == 1
    assert (await put(broker, "inspection", key="4")).json()["in_force"] == 3
    ended = await broker.delete(ARRIVAL, headers=kits.keyed("5"))
    assert (ended.json()["in_force"], len(ended.json()["versions"])) == (None, 4)
    assert [each["take"] for each in ended.json()["versions"]] == [
        *("customs", "inspection", "inspection", None)
    ]
    assert (await broker.get(ARRIVAL)).json() == ended.json()
    assert (await broker.get("/v1/standing-instructions")).json()["items"] == [ended.json()]
    again = await broker.delete(ARRIVAL, headers=kits.keyed("6"))
    assert (again.status_code, again.json()["code"]) == (404, "instruction_not_found")


@pytest.mark.parametrize("item", ["colour", "levy_nature", "marks", "filings"])
async def test_an_item_that_was_not_on_both_forms_takes_no_instruction(
    broker: httpx.AsyncClient, item: str
) -> None:
    path = f"/v1/standing-instructions/{item}"
    answer = await broker.put(path, json={"take": "customs"}, headers=kits.keyed("k"))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (404, "item_not_of_both_forms")
    assert "arrival" in problem["errors"][0]["facts"]["items"]


async def test_a_merge_applies_the_instruction_of_its_broker_and_names_its_version(
    service: Service, broker: httpx.AsyncClient
) -> None:
    assert (await merged(broker))["conflicts"] == 1
    await put(broker, "customs", key="1")
    await put(broker, "inspection", key="2")
    told = await merged(broker, path="merge", inspection=legacy.pair()["inspection"] | {})
    assert told["conflicts"] == 1, "the same request under the same key is answered the same"
    async with kits.client(service) as same:
        body = legacy.pair(answers=[])
        answer = await same.post("/v1/filings/merge", json=body, headers=kits.keyed("fresh"))
        entry = of_arrival(answer.json())
    assert (entry["rule"], entry["kind"]) == ("standing_instruction", "real")
    assert entry["instruction"] == {
        "item": "arrival",
        "version": 2,
        "take": "inspection",
        "valid_from": "2026-03-02",
    }
    async with kits.client(service, org=OTHER_BROKER) as other:
        assert of_arrival(await merged(other))["rule"] == "conflict"


async def test_a_filing_keeps_which_instruction_decided_and_an_answer_wins_over_it(
    broker: httpx.AsyncClient,
) -> None:
    await put(broker, "customs", key="1")
    made = await merged(broker, path="merged")
    await put(broker, "inspection", key="2")
    kept = (await broker.get(f"/v1/filings/{made['id']}/merge")).json()
    assert of_arrival(kept)["instruction"]["version"] == 1
    assert of_arrival(kept)["chosen"] == made["consignment"]["arrival"]
    body = legacy.pair(reference="ANSWERED")
    answer = await broker.post("/v1/filings/merged", json=body, headers=kits.keyed("x"))
    papers = (await broker.get(f"/v1/filings/{answer.json()['id']}/merge")).json()
    assert of_arrival(papers)["rule"] == "answered"
    assert of_arrival(papers)["instruction"] is None


async def test_an_instruction_holds_from_its_day_on(broker: httpx.AsyncClient) -> None:
    await put(broker, "customs", key="1", valid_from="2026-03-03")
    assert of_arrival(await merged(broker))["rule"] == "conflict"


async def test_of_many_given_at_the_same_time_each_gets_a_number_or_is_told(
    broker: httpx.AsyncClient,
) -> None:
    days = [f"2026-04-{day:02d}" for day in range(1, 13)]
    answers = await asyncio.gather(*(put(broker, "customs", key=d, valid_from=d) for d in days))
    given = [answer for answer in answers if answer.status_code == 200]
    assert {answer.json()["code"] for answer in answers if answer not in given} <= {"stale_version"}
    versions = (await broker.get(ARRIVAL)).json()["versions"]
    assert [each["version"] for each in versions] == list(range(1, len(given) + 1))


async def test_versions_are_numbered_once_each(service: Service, broker: httpx.AsyncClient) -> None:
    await put(broker, "customs", key="1")
    for change in ("version = 0", "take = 'broker'"):
        with pytest.raises(IntegrityError):
            async with service.kit.database.transaction() as session:
                await session.execute(text(f"UPDATE standing_instructions SET {change}"))
