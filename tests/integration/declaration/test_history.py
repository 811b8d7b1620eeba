"""Who did what to a filing, and when: told by HTTP, kept for good."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.declaration import app
from services.declaration.settings import Settings
from shared.auth.principal import Role
from shared.contracts.values import Purpose, utc
from shared.service import Service
from tests import factories, kits
from tests.conftest import ServiceDatabase
from tests.factories import filing
from tests.integration.access.scene import HandClock
from tests.integration.declaration.asking import ask, broken, filed, receipts
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

WISH = {"reason": "sold elsewhere"}
BROKER = {
    "role": "broker",
    "organisation": factories.BROKER,
    "agency": None,
    "subject": "a broker",
}


def service_of(name: str, **more: str | None) -> dict[str, str | None]:
    return {"role": "service", "organisation": name, "agency": None, "subject": name} | more


async def history(client: httpx.AsyncClient, filing_id: str, query: str = "") -> Any:
    answer = await client.get(f"/v1/filings/{filing_id}/history{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_act_is_told_with_who_did_it_and_what_came_of_it(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    await deliveries.bring(told.determined())
    await ask(broker, found["id"], "amend", filing(packages=41), key="a")
    await deliveries.bring(told.revised(version=2))
    await ask(broker, found["id"], "withdraw", WISH, key="w")
    await deliveries.bring(told.change_refused(Purpose.WITHDRAW), told.met(version=2))
    async with kits.client(service, Role.AUDITOR, org="audit") as auditor:
        acts = (await history(auditor, found["id"]))["items"]
    assert [
        (each["act"], each["actor"], each["status"], each["filing_version"]) for each in acts
    ] == [
        ("file", BROKER, "accepted", 1),
        ("requirement.determined", service_of("mutual_recognition"), "accepted", 1),
        ("ask_amendment", BROKER, "amending", 1),
        ("requirement.revised", service_of("mutual_recognition"), "accepted", 2),
        ("ask_withdrawal", BROKER, "withdrawing", 2),
        ("requirement.change_refused", service_of("mutual_recognition"), "accepted", 2),
        ("requirement.met", service_of("mutual_recognition"), "released", 2),
    ]
    assert [each["sequence"] for each in acts] == list(range(1, 8))
    kept = [each["sequence"] for each in await receipts(broker, found["id"])]
    assert [number for each in acts for number in each["receipts"]] == kept
    assert acts[4]["reason"] == {"en": "sold elsewhere", "zh": "sold elsewhere"}
    assert acts[5]["reason"] == factories.said("opened already").model_dump()
    assert await broken(service) == {}


async def test_an_act_names_the_event_or_the_request_that_it_came_by(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = kits.enveloped(Told(UUID(found["id"])).determined(), version=1)
    await deliveries.deliver(told)
    headers = kits.keyed("w") | {"X-Request-Id": "request-0001"}
    path = f"/v1/filings/{found['id']}/withdraw"
    assert (await broker.post(path, json=WISH, headers=headers)).status_code == 202
    causes = [each["cause"] for each in (await history(broker, found["id"]))["items"]]
    assert causes == [None, str(told.id), "request-0001"]


async def test_a_broker_is_told_an_officers_agency_and_not_the_name(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    await deliveries.bring(Told(UUID(found["id"])).concluded("customs"))
    (_, seen) = (await history(broker, found["id"]))["items"]
    assert seen["actor"] == service_of("inspection", agency="customs", subject=None)
    async with kits.client(service, Role.OFFICER, org="port", agency="quarantine") as officer:
        (_, seen) = (await history(officer, found["id"]))["items"]
    assert seen["actor"] == service_of("inspection", agency="customs", subject="officer 1")


async def test_a_broker_is_not_told_the_figures_that_officers_found(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    await deliveries.bring(Told(UUID(found["id"])).recognition_refused())
    async with kits.client(service, Role.OFFICER, org="port", agency="customs") as officer:
        seen = [(await history(each, found["id"]))["items"][1] for each in (broker, officer)]
    assert [each["act"] for each in seen] == ["recognition.refused"] * 2
    figures = factories.said("weights differ").model_dump()
    assert [each["reason"] for each in seen] == [None, figures]


async def test_an_event_that_changed_nothing_is_no_act(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    late = kits.enveloped(told.voided(), version=1)
    await deliveries.deliver(late)
    await deliveries.deliver(late)
    refused = await ask(broker, found["id"], "amend", filing(net_kg="1"), key="a")
    assert refused.status_code == 422
    assert len((await history(broker, found["id"]))["items"]) == 1
    assert await broken(service) == {}


async def test_the_history_is_read_page_by_page(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    told = Told(UUID(found["id"]))
    await deliveries.bring(told.determined(), told.confirmed(), told.opened(), told.met())
    whole = (await history(broker, found["id"]))["items"]
    read: list[Any] = []
    after = "0"
    while after:
        page = await history(broker, found["id"], f"?limit=2&after={after}")
        read, after = [*read, *page["items"]], page["next"]
    assert (read, len(read)) == (whole, 5)
    assert (await history(broker, found["id"], "?limit=1"))["items"] == whole[:1]


async def test_an_act_has_the_walls_time(service_database: ServiceDatabase) -> None:
    clock = HandClock()
    service = app.create(kits.kit(await service_database(app.NAME), clock=clock), Settings())
    async with kits.client(service) as broker:
        found = await filed(broker)
        began = clock.now
        clock.now += timedelta(hours=1)
        await Deliveries(service).bring(Told(UUID(found["id"])).determined())
        at = [each["at"] for each in (await history(broker, found["id"]))["items"]]
    assert at == [utc(began), utc(clock.now)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE filing_acts SET subject = 'nobody'",
        "DELETE FROM filing_acts",
        "TRUNCATE filing_acts",
    ],
)
async def test_what_was_done_stays_as_it_is(
    service: Service, broker: httpx.AsyncClient, deliveries: Deliveries, change: str
) -> None:
    found = await filed(broker)
    await deliveries.bring(Told(UUID(found["id"])).determined())
    with pytest.raises(IntegrityError, match="filing_acts only grows"):
        async with service.kit.database.transaction() as session:
            await session.execute(text(change))
    assert await broken(service) == {}
