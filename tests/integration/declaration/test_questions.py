"""An officer's question about a filing, and its answer, over HTTP."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.auth.principal import Role
from shared.contracts.values import Outcome
from shared.service import Service
from tests import factories, kits
from tests.factories import filing
from tests.integration.declaration.asking import Json, ask, broken, filed, kinds, read, receipts
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

WHY = {"text": "Why 40 packages?\n为何是 40 件？", "pointers": ["/packages", "/lines/1/quantity"]}
ANSWER = {"text": "One pallet each.\n每件一托。"}
CLOSING = {"reason": "seen at the opening"}


async def post(client: httpx.AsyncClient, filing_id: str, path: str, body: Any) -> httpx.Response:
    url = f"/v1/filings/{filing_id}/questions{path}"
    return await client.post(url, json=body, headers=kits.keyed(str(uuid4())))


async def done(client: httpx.AsyncClient, filing_id: str, path: str, body: Any) -> Json:
    answer = await post(client, filing_id, path, body)
    assert answer.is_success, answer.text
    found: Json = answer.json()
    return found


async def questions(client: httpx.AsyncClient, filing_id: str, query: str = "") -> Any:
    answer = await client.get(f"/v1/filings/{filing_id}/questions{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_question_is_told_to_the_broker_and_open_until_it_is_answered(
    service: Service, broker: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    asked = await post(officer, found["id"], "", WHY)
    assert (asked.status_code, asked.json()["status"]) == (201, "open")
    assert asked.headers["location"] == f"/v1/filings/{found['id']}/questions/1"
    assert (await read(broker, found["id"]))["open_questions"] == [1]
    told = (await receipts(broker, found["id"]))[-1]
    assert told["kind"] == "question_asked"
    assert told["facts"] == {"question": 1, "agency": "customs", **WHY}
    assert told["text"]["zh"] == f"海关提问（第 1 问）：{WHY['text']}"

    ended = await done(broker, found["id"], "/1/answer", ANSWER)
    assert (ended["status"], ended["answer"]) == ("answered", ANSWER["text"])
    assert (await read(broker, found["id"]))["open_questions"] == []
    assert await kinds(broker, found["id"]) == ["accepted", "question_asked", "question_answered"]
    seen = (await questions(officer, found["id"]))["items"]
    assert [(each["asked_by"], each["ended_by"]) for each in seen] == [("a officer", "a broker")]
    assert await broken(service) == {}


async def test_who_asked_and_answered_is_in_the_history(
    broker: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    await done(officer, found["id"], "", WHY)
    await done(officer, found["id"], "", WHY)
    await done(broker, found["id"], "/1/answer", ANSWER)
    await done(officer, found["id"], "/2/close", CLOSING)
    path = f"/v1/filings/{found['id']}/history?after=1"
    shown = (await officer.get(path)).json()["items"]
    assert [(each["act"], each["actor"]["subject"]) for each in shown] == [
        ("ask_question", "a officer"),
        ("ask_question", "a officer"),
        ("answer_question", "a broker"),
        ("close_question", "a officer"),
    ]
    assert shown[3]["reason"]["zh"] == CLOSING["reason"]
    hidden = {"role": "officer", "organisation": None, "agency": "customs", "subject": None}
    told = (await broker.get(path)).json()["items"]
    assert [each["actor"] == hidden for each in told] == [True, True, False, True]


async def test_a_broker_is_not_told_who_asked_or_closed(
    broker: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    for _ in range(2):
        await done(officer, found["id"], "", WHY)
    await done(officer, found["id"], "/1/close", CLOSING)
    await done(broker, found["id"], "/2/answer", ANSWER)
    first, second = (await questions(broker, found["id"]))["items"]
    assert (first["asked_by"], first["ended_by"], first["reason"]) == (
        None,
        None,
        CLOSING["reason"],
    )
    assert (second["asked_by"], second["ended_by"]) == (None, "a broker")
    one = (await broker.get(f"/v1/filings/{found['id']}/questions/1")).json()
    assert one == first
    assert (await questions(broker, found["id"], "?limit=1"))["next"] == "1"
    assert (await questions(broker, found["id"], "?after=1"))["items"] == [second]


async def test_a_question_names_places_of_the_version_in_force(
    service: Service, broker: httpx.AsyncClient, officer: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    await deliveries.bring(told.determined())
    wrong = ["/lines/2", "/packages", "/lines/-", "/lines/00", "/nothing", "/voyage", "/lines/0/no"]
    refused = await post(officer, found["id"], "", WHY | {"pointers": wrong})
    assert refused.status_code == 422
    faults = refused.json()["errors"]
    assert {each["code"] for each in faults} == {"place_not_declared"}
    assert [each["facts"]["place"] for each in faults] == [
        each for each in wrong if each != "/packages"
    ]
    assert faults[1]["pointer"] == "/pointers/2"
    shapeless = await post(
        officer, found["id"], "", WHY | {"pointers": ["packages", "", "/", "//a"]}
    )
    assert len(shapeless.json()["errors"]) == 4

    await ask(broker, found["id"], "amend", filing(voyage="026E"), key="a")
    assert (
        await post(officer, found["id"], "", WHY | {"pointers": ["/voyage"]})
    ).status_code == 422
    await deliveries.bring(told.noted(version=2))
    asked = await done(officer, found["id"], "", WHY | {"pointers": ["/voyage"]})
    assert asked["filing_version"] == 2
    assert await broken(service) == {}


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "a" * 2001}, {"text": "a", "to": "b"}])
async def test_a_question_and_an_answer_have_1_to_2000_characters(
    broker: httpx.AsyncClient, officer: httpx.AsyncClient, body: Json
) -> None:
    found = await filed(broker)
    assert (await post(officer, found["id"], "", body)).status_code == 422
    await done(officer, found["id"], "", {"text": "好" * 2000})
    assert (await post(broker, found["id"], "/1/answer", body)).status_code == 422
    await done(broker, found["id"], "/1/answer", {"text": "a" * 2000})


async def test_a_question_ends_once(
    service: Service, broker: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    await done(officer, found["id"], "", WHY)
    answers = await asyncio.gather(
        *(post(broker, found["id"], "/1/answer", ANSWER) for _ in range(4)),
        *(post(officer, found["id"], "/1/close", CLOSING) for _ in range(4)),
    )
    codes = sorted(each.json().get("code", "") for each in answers)
    assert codes == ["", *["question_not_open"] * 7]
    none = await post(broker, found["id"], "/2/answer", ANSWER)
    assert (none.status_code, none.json()["code"]) == (404, "question_not_found")
    assert await broken(service) == {}


async def test_questions_asked_at_once_get_a_number_each(
    service: Service, broker: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    asked = await asyncio.gather(*(done(officer, found["id"], "", WHY) for _ in range(6)))
    assert sorted(each["number"] for each in asked) == [1, 2, 3, 4, 5, 6]
    assert (await read(broker, found["id"]))["open_questions"] == [1, 2, 3, 4, 5, 6]
    assert await broken(service) == {}


async def test_only_the_agency_that_asked_closes_a_question(
    service: Service, broker: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    await done(officer, found["id"], "", WHY)
    async with kits.client(service, Role.OFFICER, org="port", agency="quarantine") as other:
        refused = await post(other, found["id"], "/1/close", CLOSING)
        assert (refused.status_code, refused.json()["code"]) == (403, "question_of_another_agency")
        assert (await done(other, found["id"], "", WHY))["agency"] == "quarantine"
    assert (await read(broker, found["id"]))["open_questions"] == [1, 2]
    async with kits.client(service, Role.BROKER, org=factories.OTHER_BROKER) as stranger:
        for path, body in (("/1/answer", ANSWER), ("/9/answer", ANSWER)):
            hidden = await post(stranger, found["id"], path, body)
            assert (hidden.status_code, hidden.json()["code"]) == (404, "filing_not_found")


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_an_open_question_stops_nothing_and_nothing_is_asked_after_the_end(
    service: Service,
    broker: httpx.AsyncClient,
    officer: httpx.AsyncClient,
    deliveries: Deliveries,
    outcome: Outcome,
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    await done(officer, found["id"], "", WHY)
    await deliveries.bring(told.determined(), told.met(outcome))
    after = await read(broker, found["id"])
    assert (after["status"], after["open_questions"]) == (outcome.value, [1])
    refused = await post(officer, found["id"], "", WHY)
    if outcome is Outcome.HELD:
        assert refused.status_code == 201
    else:
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_ask")
    await done(broker, found["id"], "/1/answer", ANSWER)
    assert (await read(broker, found["id"]))["status"] == outcome.value
    assert await broken(service) == {}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE filing_questions SET text = 'another' WHERE number = 2",
        "UPDATE filing_questions SET answer = 'another' WHERE number = 1",
        "UPDATE filing_questions SET status = 'open', answer = NULL, ended_at = NULL,"
        " ended_by = NULL",
        "DELETE FROM filing_questions",
        "TRUNCATE filing_questions",
    ],
)
async def test_what_was_asked_and_answered_stays_as_it_is(
    service: Service, broker: httpx.AsyncClient, officer: httpx.AsyncClient, change: str
) -> None:
    found = await filed(broker)
    for _ in range(2):
        await done(officer, found["id"], "", WHY)
    await done(broker, found["id"], "/1/answer", ANSWER)
    with pytest.raises(IntegrityError, match="filing_questions only grows"):
        async with service.kit.database.transaction() as session:
            await session.execute(text(change))
    assert await broken(service) == {}
