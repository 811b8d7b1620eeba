"""Files of several brokers: turns, limits, one that breaks its workers, how long they are kept."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from services.cli import sheet
from services.declaration import app
from services.declaration.jobs import bulk
from services.declaration.settings import Settings
from services.declaration.uploads import asked, worked
from shared.service import Service
from tests import kits
from tests.conftest import ServiceDatabase
from tests.factories import NOW, OTHER_BROKER
from tests.integration.access.scene import HandClock
from tests.integration.declaration.test_bulk import one, sent

OWNER = UUID(int=1)


def _file(number: int, **changes: Any) -> bytes:
    return sheet.as_csv([one(number, **changes)]).encode()


async def _claimed(service: Service, *, owner: UUID = OWNER) -> Any:
    """The job that a worker takes, which is killed at once."""
    now = service.kit.clock.wall()
    async with service.kit.database.transaction() as session:
        return await worked.claim(session, owner=owner, now=now, until=now)


async def test_brokers_take_turns_however_many_files_one_has_sent_before(
    service_database: ServiceDatabase,
) -> None:
    clock = HandClock(NOW)
    service = app.create(kits.kit(await service_database(app.NAME), clock=clock), Settings())

    async def files(broker: httpx.AsyncClient, number: int) -> list[str]:
        ids = []
        for n in range(number):
            clock.now += timedelta(seconds=1)
            ids.append((await sent(broker, _file(n), key=f"k{n}"))["id"])
        return ids

    async with kits.client(service) as one_, kits.client(service, org=OTHER_BROKER) as other:
        first, later = await files(one_, 3), await files(other, 2)
    order = []
    while (job := await _claimed(service, owner=uuid4())) is not None:
        order.append(str(job["id"]))
        clock.now += timedelta(seconds=1)
        async with service.kit.database.transaction() as session:
            await worked.end(session, job["id"], now=clock.now)
    assert order == [first[0], later[0], first[1], later[1], first[2]]


async def test_a_broker_has_so_many_files_open_and_may_send_the_same_one_again(
    service: Service, broker: httpx.AsyncClient
) -> None:
    jobs = [await sent(broker, _file(n), key=f"k{n}") for n in range(asked.MOST_OPEN)]
    headers = {"Content-Type": "text/csv"} | kits.keyed("one more")
    refused = await broker.post("/v1/bulk", content=_file(99), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_open_files")
    assert refused.json()["mend"]["zh"]
    assert (await sent(broker, _file(0), key="again"))["id"] == jobs[0]["id"]
    path = f"/v1/bulk/{jobs[0]['id']}/cancel"
    assert (await broker.post(path, headers=kits.keyed("cancel"))).status_code == 200
    assert await sent(broker, _file(99), key="one more")


async def test_a_file_that_keeps_breaking_its_workers_ends_as_failed(
    service: Service, broker: httpx.AsyncClient
) -> None:
    job = await sent(broker, _file(1))
    for _ in range(bulk.ATTEMPTS):
        assert await _claimed(service) is not None
    assert await bulk.work_once(service.kit, Settings(), owner=OWNER)
    ended = (await broker.get(f"/v1/bulk/{job['id']}")).json()
    assert (ended["state"], ended["refusal"]["code"], ended["filed"]) == ("failed", "broken_off", 0)
    assert await _claimed(service) is None
    assert (await sent(broker, _file(1), key="again"))["id"] != job["id"]


async def test_what_was_done_of_a_file_gives_it_all_of_its_attempts_anew(
    service: Service, broker: httpx.AsyncClient
) -> None:
    job = await sent(broker, _file(1))
    for _ in range(bulk.ATTEMPTS - 1):
        await _claimed(service)
    async with service.kit.database.transaction() as session:
        await worked.whole(session, UUID(job["id"]), rows=0, apart={})
    for _ in range(bulk.ATTEMPTS - 1):
        await _claimed(service)
    assert await bulk.work_once(service.kit, Settings(), owner=OWNER)
    assert (await broker.get(f"/v1/bulk/{job['id']}")).json()["state"] == "done"


async def test_a_file_that_ended_is_kept_for_its_time_and_then_removed_with_its_rows(
    service_database: ServiceDatabase,
) -> None:
    clock = HandClock(NOW)
    service = app.create(kits.kit(await service_database(app.NAME), clock=clock), Settings())
    async with kits.client(service) as broker:
        path = f"/v1/bulk/{(await sent(broker, _file(1)))['id']}"
        await bulk.work_once(service.kit, Settings(), owner=OWNER)
        waiting = await sent(broker, _file(2), key="waiting")
        for days, status in ((29, 200), (2, 404)):
            clock.now += timedelta(days=days)
            await bulk.tidy(service.kit, Settings())
            broker.headers.update(kits.client(service).headers)
            assert (await broker.get(path)).status_code == status
        assert (await broker.get(f"/v1/bulk/{waiting['id']}")).status_code == 200
    async with service.kit.database.connect() as connection:
        left = await connection.execute(text("SELECT count(*) FROM bulk_rows"))
        assert left.scalar_one() == 0
