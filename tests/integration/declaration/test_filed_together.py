"""Filings that arrive at the same time: one transaction, and each its own answer."""

import asyncio
import json
from collections import Counter
from datetime import timedelta

import httpx
from sqlalchemy import text

from services.declaration import app
from services.declaration.settings import Settings
from shared.http import kept_answers
from shared.service import Service
from tests import factories, kits

PATH = "/v1/filings"
MANY = 24


def _body(number: int) -> factories.Body:
    return factories.filing(reference=f"R-{number}")


async def _post(broker: httpx.AsyncClient, body: factories.Body, key: str) -> httpx.Response:
    return await broker.post(PATH, json=body, headers=kits.keyed(key))


async def test_each_of_many_gets_its_own_filing_receipt_and_event(
    service: Service, broker: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(
        *(_post(broker, _body(number), f"k{number}") for number in range(MANY))
    )
    assert [answer.status_code for answer in answers] == [201] * MANY
    for number, answer in enumerate(answers):
        filed = answer.json()
        assert filed["reference"] == f"R-{number}"
        receipts = (await broker.get(f"{PATH}/{filed['id']}/receipts")).json()["items"]
        assert [each["facts"] for each in receipts] == [{"receipt_number": filed["receipt_number"]}]
    told = await kits.told(service)
    assert {str(each.subject) for each in told} == {answer.json()["id"] for answer in answers}
    assert len({answer.json()["receipt_number"] for answer in answers}) == MANY


async def test_one_that_is_refused_stops_none_of_the_others(
    service: Service, broker: httpx.AsyncClient
) -> None:
    bodies = [_body(number) for number in range(6)]
    bodies[2]["gross_kg"] = "0.5"
    bodies[4]["reference"] = "R-0"
    answers = await asyncio.gather(
        *(_post(broker, body, f"k{number}") for number, body in enumerate(bodies))
    )
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {201: 4, 422: 1, 409: 1}
    assert answers[2].status_code == 422
    taken = {answers[0].status_code, answers[4].status_code}
    assert taken == {201, 409}
    assert len(await kits.told(service)) == 4


async def test_one_whose_key_is_held_elsewhere_is_told_so_and_stops_none_of_the_others(
    service: Service, broker: httpx.AsyncClient
) -> None:
    name = json.dumps(["idempotency", factories.BROKER, "k0"])
    async with service.kit.database.transaction() as elsewhere:
        await elsewhere.execute(text(f"SELECT {kept_answers.lock(':name')}"), {"name": name})
        answers = await asyncio.gather(*(_post(broker, _body(n), f"k{n}") for n in range(4)))
    assert [answer.status_code for answer in answers] == [409, 201, 201, 201]
    assert answers[0].json()["code"] == "idempotency_key_in_flight"
    assert (await _post(broker, _body(0), "k0")).status_code == 201


async def test_one_whose_key_was_used_for_another_body_stops_none_of_the_others(
    service: Service, broker: httpx.AsyncClient
) -> None:
    await _post(broker, _body(9), "k0")
    answers = await asyncio.gather(*(_post(broker, _body(n), f"k{n}") for n in range(4)))
    assert [answer.status_code for answer in answers] == [422, 201, 201, 201]
    assert answers[0].json()["code"] == "idempotency_key_reused"
    assert len(await kits.told(service)) == 4


async def test_one_sent_again_when_it_is_no_longer_right_is_answered_as_it_was(
    service: Service, broker: httpx.AsyncClient
) -> None:
    first = await _post(broker, _body(0), "k0")
    late = factories.still_clock(factories.NOW + timedelta(days=400))
    later = app.create(kits.kit(service.kit.database, clock=late), Settings())
    async with kits.client(later) as client:
        again = await _post(client, _body(0), "k0")
        assert (await _post(client, _body(1), "k1")).status_code == 422
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_of_one_key_sent_often_at_once_one_takes_effect(
    service: Service, broker: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(*(_post(broker, _body(0), "k") for _ in range(8)))
    statuses = {answer.status_code for answer in answers}
    assert 201 in statuses
    assert statuses <= {201, 409}
    assert len(await kits.told(service)) == 1
    again = await _post(broker, _body(0), "k")
    assert again.headers["Idempotency-Replayed"] == "true"
