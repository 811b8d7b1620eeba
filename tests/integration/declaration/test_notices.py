"""Receipts are pushed: signed, in order, again until they are taken, and nobody is held up."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from services.declaration.jobs import feeding
from services.declaration.webhooks import deliveries
from shared.contracts.values import Mode
from tests.conftest import ServiceDatabase
from tests.integration.declaration.hooks import Hooked, signed
from tests.receiver import Answer, Got, receiver, takes


@pytest.fixture
async def hooked(service_database: ServiceDatabase) -> AsyncIterator[Hooked]:
    made = Hooked(await service_database("declaration"))
    yield made
    await made.close()


def fails(_: Got) -> Answer:
    return 500, {}, b"broken"


async def test_every_receipt_is_pushed_signed_and_as_the_feed_has_it(hooked: Hooked) -> None:
    with receiver() as at:
        made = await hooked.hook(at.url)
        told = await hooked.filing()
        await hooked.deliveries.bring(told.determined(Mode.NONE), told.met())
        assert await hooked.rounds() == 3
    fed = (await hooked.broker.get("/v1/receipts")).json()["items"]
    assert [each.json["data"] for each in at.notices] == fed
    assert [each.json["type"] for each in at.notices] == [
        *("receipt.accepted", "receipt.no_inspection", "receipt.released")
    ]
    assert all(signed(each, made["secret"]) for each in at.notices)
    assert len({each.headers["webhook-id"] for each in at.notices}) == 3


async def test_who_sends_notices_is_told_when_there_are_some(hooked: Hooked) -> None:
    told: list[str] = []
    for _ in range(2):
        await hooked.filing()
        assert await feeding.once(hooked.service.kit, told=lambda: told.append("told")) == 1
        if not told:
            with receiver() as at:
                await hooked.hook(at.url)
    assert told == ["told"]


async def test_a_later_receipt_waits_for_the_earlier_one_and_other_filings_do_not(
    hooked: Hooked,
) -> None:
    with receiver() as at:
        await hooked.hook(at.url)
        stuck, free = await hooked.filing(), await hooked.filing()
        at.behave = lambda got: fails(got) if got.told == (str(stuck.filing), 1) else takes(got)
        await hooked.deliveries.bring(stuck.determined(), free.determined())
        for _ in range(4):
            hooked.later(hours=1)
            await hooked.rounds()
        assert {each.told for each in at.notices} == {
            *((str(stuck.filing), 1), (str(free.filing), 1), (str(free.filing), 2))
        }
        at.behave = takes
        hooked.later(hours=1)
        await hooked.rounds()
    of_stuck = [each.told[1] for each in at.notices if each.told[0] == str(stuck.filing)]
    assert of_stuck == [*[1] * (len(of_stuck) - 1), 2]
    ids = {each.headers["webhook-id"] for each in at.notices if each.told[1] == 1}
    assert len(ids) == 2


async def test_an_endpoint_that_was_away_for_hours_gets_everything_in_order(
    hooked: Hooked,
) -> None:
    with receiver() as at:
        made = await hooked.hook(at.url)
        at.behave = fails
        told = [await hooked.filing() for _ in range(3)]
        for each in told:
            await hooked.deliveries.bring(each.determined(), each.confirmed(), each.opened())
        for _ in range(12):
            hooked.later(minutes=100)
            await hooked.round()
        away = await hooked.done("GET", f"/{made['id']}")
        assert away["failures"] > 10
        assert len(at.notices) == away["failures"]
        at.got.clear()
        at.behave = takes
        hooked.later(hours=1)
        await hooked.rounds()
        assert (await hooked.done("GET", f"/{made['id']}"))["failures"] == 0
    for each in told:
        mine = [got.told[1] for got in at.notices if got.told[0] == str(each.filing)]
        assert mine == [1, 2, 3, 4]


async def test_redirects_are_not_followed(hooked: Hooked) -> None:
    with receiver() as at, receiver() as elsewhere:
        await hooked.hook(at.url)
        await hooked.filing()
        at.behave = lambda _: (308, {"location": elsewhere.url}, b"")
        assert await hooked.rounds() == 1
        assert elsewhere.got == []
        at.behave = takes
        hooked.later(minutes=1)
        assert await hooked.rounds() == 1


async def test_who_hangs_or_fails_holds_up_nobody_else(hooked: Hooked) -> None:
    with receiver() as hangs, receiver() as broken, receiver() as well:
        for each in (hangs, broken, well):
            await hooked.hook(each.url)
        hangs.behave, broken.behave = (lambda _: None), fails
        for _ in range(8):
            await hooked.filing()
        running = asyncio.create_task(hooked.dispatcher().run())
        await feeding.once(hooked.service.kit)
        async with asyncio.timeout(30):
            while len(well.notices) < 8:
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait([running])
        assert len(hangs.notices) <= deliveries.EACH
        assert len(broken.notices) <= deliveries.EACH


async def test_two_processes_send_nothing_twice(hooked: Hooked) -> None:
    with receiver() as at:
        await hooked.hook(at.url)
        for _ in range(12):
            await hooked.filing()
        one, other = hooked.dispatcher(), hooked.dispatcher()
        await hooked.round()
        while sum(await asyncio.gather(one.once(), other.once())):
            pass
    assert sorted(each.told for each in at.notices) == sorted({each.told for each in at.notices})
    assert len(at.notices) == 12


async def test_whatever_comes_back_broken_receipts_keep_their_order(hooked: Hooked) -> None:
    random = Random(7)
    with receiver() as at:
        await hooked.hook(at.url)
        at.behave = lambda got: fails(got) if random.random() < 0.4 else takes(got)
        told = [await hooked.filing() for _ in range(2)]
        for each in told:
            await hooked.deliveries.bring(each.determined(), each.confirmed(), each.met())
        for _ in range(30):
            hooked.later(minutes=40)
            await hooked.round()
    for each in told:
        mine = [got.told[1] for got in at.notices if got.told[0] == str(each.filing)]
        assert mine == sorted(mine)
        assert set(mine) == {1, 2, 3, 4}


async def test_nobody_gets_the_receipts_of_another(hooked: Hooked) -> None:
    with receiver() as at:
        await hooked.hook(at.url)
        await hooked.filing()
        async with hooked.service.kit.database.transaction() as session:
            stranger = [{"broker": "another", "filing_id": hooked.service.kit.ids(), "sequence": 1}]
            now = hooked.clock.now
            assert await deliveries.announce(session, stranger, now=now) == 0
        assert await hooked.rounds() == 1
