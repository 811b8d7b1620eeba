"""Amending and withdrawing: asked over HTTP, answered by events."""

import asyncio
from uuid import UUID

import httpx
import pytest

from shared.contracts.values import Mode, Outcome, Purpose
from shared.messaging.inbox import Applied
from shared.service import Service
from tests import factories, kits
from tests.factories import filing
from tests.integration.declaration.asking import ask, broken, filed, kinds, read
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

WISH = {"reason": "sold elsewhere"}


def told_of(filing_id: str) -> Told:
    return Told(UUID(filing_id))


async def names(service: Service) -> list[tuple[str, int]]:
    return [
        (envelope.type.split(".")[2], envelope.aggregateversion)
        for envelope in await kits.told(service)
    ]


async def test_an_amendment_is_pending_until_it_is_granted(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = told_of(found["id"])
    await deliveries.bring(told.determined())
    answer = await ask(broker, found["id"], "amend", filing(packages=41), key="a")
    assert answer.status_code == 202
    asked = answer.json()
    assert (asked["status"], asked["filing_version"]) == ("amending", 1)
    assert asked["consignment"]["packages"] == 40
    assert asked["pending"]["consignment"]["packages"] == 41
    assert await broken(service) == {}

    await deliveries.bring(told.revised(version=2, mode=Mode.SINGLE))
    amended = await read(broker, found["id"])
    assert (amended["status"], amended["filing_version"]) == ("accepted", 2)
    assert amended["consignment"]["packages"] == 41
    assert amended["requirement"] == {"mode": "single", "revision": 2}
    assert amended["pending"] is None
    assert await names(service) == [("accepted", 1), ("amendment_requested", 2), ("amended", 3)]
    assert await kinds(broker, found["id"]) == [
        "accepted",
        "inspection_selected",
        "amendment_asked",
        "inspection_selected",
        "amended",
    ]
    assert await broken(service) == {}


async def test_a_noted_amendment_takes_effect_and_the_next_one_counts_on(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = told_of(found["id"])
    await deliveries.bring(told.determined())
    for version, packages in ((2, 41), (3, 42)):
        key = f"amendment {version}"
        await ask(broker, found["id"], "amend", filing(packages=packages), key=key)
        await deliveries.bring(told.noted(version=version))
        current = await read(broker, found["id"])
        assert (current["filing_version"], current["consignment"]["packages"]) == (
            version,
            packages,
        )
    assert await broken(service) == {}


async def test_a_refused_change_can_be_asked_again(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = told_of(found["id"])
    await deliveries.bring(told.determined())
    await ask(broker, found["id"], "amend", filing(packages=41), key="a")
    await deliveries.bring(told.change_refused(Purpose.AMEND))
    after = await read(broker, found["id"])
    assert (after["status"], after["consignment"]["packages"]) == ("accepted", 40)
    assert after["reason"] == factories.said("opened already").model_dump()
    assert (await ask(broker, found["id"], "withdraw", WISH, key="b")).status_code == 202
    assert await broken(service) == {}


async def test_a_withdrawal_ends_the_filing_once_the_requirement_is_void(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = told_of(found["id"])
    await deliveries.bring(told.determined())
    asked = (await ask(broker, found["id"], "withdraw", WISH, key="w")).json()
    assert (asked["status"], asked["pending"]["reason"]) == ("withdrawing", "sold elsewhere")
    await deliveries.bring(told.voided())
    assert (await read(broker, found["id"]))["status"] == "withdrawn"
    again = await ask(broker, found["id"], "withdraw", WISH, key="w2")
    assert (again.status_code, again.json()["code"]) == (409, "not_in_this_state")
    assert (await kinds(broker, found["id"]))[-1] == "withdrawn"
    assert await broken(service) == {}


async def test_only_one_change_is_asked_for_at_a_time(
    service: Service, broker: httpx.AsyncClient
) -> None:
    found = await filed(broker)
    answers = await asyncio.gather(
        *(ask(broker, found["id"], "withdraw", WISH, key=f"w{n}") for n in range(5)),
        *(ask(broker, found["id"], "amend", filing(packages=n), key=f"a{n}") for n in range(1, 6)),
    )
    assert sorted(answer.status_code for answer in answers) == [202, *[409] * 9]
    assert len(await kits.told(service)) == 2
    assert await broken(service) == {}


async def test_an_amendment_is_checked_like_a_filing(broker: httpx.AsyncClient) -> None:
    found = await filed(broker)
    body = filing(net_kg="1", reference="ANOTHER")
    answer = await ask(broker, found["id"], "amend", body, key="a")
    assert answer.status_code == 422
    assert {(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]} == {
        ("net_sum_differs", "/net_kg"),
        ("fixed_after_acceptance", "/reference"),
    }
    assert await read(broker, found["id"]) == found


async def test_a_withdrawal_needs_a_reason(broker: httpx.AsyncClient) -> None:
    found = await filed(broker)
    for body in ({}, {"reason": ""}, {"reason": "\u202e"}, {"reason": "x", "force": True}):
        answer = await ask(broker, found["id"], "withdraw", body, key="w")
        assert answer.status_code == 422


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_a_filing_ends_by_a_met_requirement_alone(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries, outcome: Outcome
) -> None:
    found = await filed(broker)
    told = told_of(found["id"])
    await deliveries.bring(
        told.confirmed(), told.opened(), told.determined(), told.concluded(), told.granted()
    )
    assert (await read(broker, found["id"]))["status"] == "accepted"
    await deliveries.bring(told.met(outcome))
    after = await read(broker, found["id"])
    assert (after["status"], after["version"]) == (outcome.value, 2)
    assert (await kits.told(service))[-1].type == f"onestop.filing.{outcome.value}.v1"
    assert await kinds(broker, found["id"]) == [
        "accepted",
        "slot_confirmed",
        "inspection_opened",
        "inspection_selected",
        "section_concluded",
        "recognition_granted",
        outcome.value,
    ]
    assert await broken(service) == {}


async def test_an_outcome_for_an_older_version_ends_nothing(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = told_of(found["id"])
    await deliveries.bring(told.determined())
    await ask(broker, found["id"], "amend", filing(packages=41), key="a")
    await deliveries.bring(told.noted(version=2), told.met(version=1))
    assert (await read(broker, found["id"]))["status"] == "accepted"
    await deliveries.bring(told.met(version=2))
    assert (await read(broker, found["id"]))["status"] == "released"
    assert await broken(service) == {}


async def test_an_outcome_during_a_change_refuses_the_change_first(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = told_of(found["id"])
    await ask(broker, found["id"], "withdraw", WISH, key="w")
    await deliveries.bring(told.determined(Mode.NONE), told.met())
    await deliveries.bring(told.change_refused(Purpose.WITHDRAW))
    assert (await read(broker, found["id"]))["status"] == "released"
    assert [name for name, _ in await names(service)][-2:] == ["change_refused", "released"]
    assert await broken(service) == {}


async def test_a_delivery_that_comes_again_changes_nothing(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    met = kits.enveloped(told_of(found["id"]).met(), version=1)
    results = await asyncio.gather(*(deliveries.deliver(met) for _ in range(4)))
    assert sorted(results) == [Applied.APPLIED, *[Applied.DUPLICATE] * 3]
    assert await kinds(broker, found["id"]) == ["accepted", "released"]
    assert await broken(service) == {}


async def test_events_told_at_once_are_all_kept_in_one_row_of_receipts(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = told_of(found["id"])
    at_once = [told.determined(), told.confirmed(), told.opened(), told.granted()]
    await asyncio.gather(
        *(deliveries.deliver(kits.enveloped(event, version=1)) for event in at_once)
    )
    assert len(await kinds(broker, found["id"])) == 5
    assert await broken(service) == {}
