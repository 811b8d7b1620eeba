"""The broker may be away, restarted, full or emptied: nothing committed is lost by it."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from nats.errors import ConnectionClosedError
from sqlalchemy import text

from shared import service
from shared.auth.principal import Role
from shared.embedded import ports
from shared.embedded.broker import Broker
from shared.embedded.folder import Folder
from shared.messaging import bus, pull, relay
from shared.messaging.bus import Bus
from tests import kits
from tests import servers as support
from tests.integration.messaging.room import (
    PRODUCER,
    Room,
    envelopes,
    filer,
    in_order,
    running,
    until,
)


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of the test's own, with a port, not yet started."""
    data = Path(tempfile.mkdtemp(prefix="onestop-broker-"))
    folder = Folder(data)
    folder.make()
    folder.logs.mkdir(exist_ok=True)
    made = Broker(folder, account=None)
    made.port = ports.pick()
    yield made
    made.stop()
    shutil.rmtree(data)


@pytest.fixture
def away(room: Room, broker: Broker) -> Room:
    """A room whose broker is away."""
    room.nats_url = broker.url
    return room


async def _starts(broker: Broker) -> None:
    await asyncio.to_thread(broker.start, broker.port)


async def test_what_was_committed_before_the_broker_came_is_delivered(
    away: Room, broker: Broker
) -> None:
    filing_id = uuid4()
    filer = away.filer()
    async with running(filer, away.noter()), kits.client(filer, Role.SERVICE) as operator:
        await away.tell(filing_id, times=3)
        pending = (await operator.get("/v1/ops/pending")).json()
        assert (pending["outbox"], pending["broker"]) == (3, False)
        assert (await operator.get("/readyz")).status_code == 200
        await _starts(broker)
        assert await away.seen_are(3) == [(filing_id, version) for version in (1, 2, 3)]


async def test_after_a_restart_of_the_broker_everything_goes_on(
    away: Room, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the broker was asked for when it ended is asked again, not waited for."""
    monkeypatch.setattr(pull, "EXPIRES_SECONDS", 600.0)
    filings = [uuid4() for _ in range(3)]
    await _starts(broker)
    async with running(away.filer(), away.noter()):
        for each in filings:
            await away.tell(each, times=2)
        await away.seen_are(6)
        await asyncio.to_thread(broker.stop)
        for each in filings:
            await away.tell(each, times=2)
        await asyncio.sleep(0.5)
        assert await away.unpublished() == 6
        await _starts(broker)
        assert in_order(await away.seen_are(12, seconds=60))


async def test_a_publication_whose_answer_is_lost_with_the_connection_fails_at_once(
    away: Room, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "PUBLISH_SECONDS", 600)
    await _starts(broker)
    filer = away.filer()
    async with running(filer):
        await filer.kit.bus.ready()
        os.kill(broker.pid, signal.SIGSTOP)
        [envelope] = envelopes([uuid4()], events=1)
        publishing = asyncio.create_task(filer.kit.bus.publish(envelope, emission=1))
        await asyncio.sleep(0.2)
        os.kill(broker.pid, signal.SIGKILL)
        with pytest.raises(ConnectionClosedError):
            await asyncio.wait_for(publishing, 30)


async def test_a_client_that_closed_for_good_is_replaced(room: Room) -> None:
    filing_id = uuid4()
    filer, noter = room.filer(), room.noter()
    async with running(filer, noter):
        await room.tell(filing_id)
        await room.seen_are(1)
        for each in (filer, noter):
            await each.kit.bus.client.close()
        await room.tell(filing_id)
        assert await room.seen_are(2) == [(filing_id, 1), (filing_id, 2)]


async def test_an_emptied_store_is_filled_from_the_outbox_when_a_relay_starts(
    room: Room, servers: support.TestServers
) -> None:
    filings = [uuid4() for _ in range(4)]
    async with running(room.filer()):
        async with running(room.noter()):
            for each in filings:
                await room.tell(each, times=2)
            await room.seen_are(8)
        for each in filings:
            await room.tell(each, times=2)
        await room.all_published()
    await support.delete_streams(servers, namespace=room.namespace)
    async with running(room.filer(), room.noter()):
        for each in filings:
            await room.tell(each)
        assert in_order(await room.seen_are(20, seconds=60))


async def test_a_store_emptied_under_running_services_is_filled_without_any_operator(
    room: Room, servers: support.TestServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LOOK_SECONDS", 1.0)
    filing_id, unheard = uuid4(), uuid4()
    async with running(room.filer()):
        async with running(room.noter()):
            await room.tell(filing_id)
            await room.seen_are(1)
        await room.tell(unheard, times=2)
        await room.all_published()
        await support.delete_streams(servers, namespace=room.namespace)
        async with running(room.noter()):
            await room.seen_are(3, seconds=60)
            await support.delete_streams(servers, namespace=room.namespace)
            await room.tell(filing_id)
            seen = await room.seen_are(4, seconds=60)
    assert in_order(seen)
    assert {aggregate for aggregate, _ in seen} == {filing_id, unheard}


async def test_while_the_store_is_whole_a_relay_that_starts_sends_nothing_again(room: Room) -> None:
    async with running(room.filer(), room.noter()):
        await room.tell(uuid4(), times=3)
        await room.seen_are(3)
    async with running(room.filer()):
        await room.tell(uuid4())
        await room.all_published()
    async with room.producer.connect() as connection:
        emissions = await connection.execute(text("SELECT emission FROM outbox"))
        assert list(emissions.scalars()) == [1, 1, 1, 1]


def _small(room: Room) -> service.Service:
    kit = room.kit(PRODUCER, room.producer)
    small = Bus(room.nats_url, namespace=room.namespace, stream_bytes=20_000)
    return filer(replace(kit, bus=small))


async def test_a_full_stream_lets_the_outbox_wait_until_it_is_drained(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker's refusal is an answer, nothing waits for another."""
    monkeypatch.setattr(bus, "PUBLISH_SECONDS", 600)
    filing_id = uuid4()
    async with running(_small(room)):
        await room.tell(filing_id, times=10, reason="y" * 5_000)

        async def stuck() -> bool:
            return 0 < await room.unpublished() < 10

        await until(stuck)
        await asyncio.sleep(0.5)
        assert await room.unpublished() > 0
        async with running(room.noter()):
            seen = await room.seen_are(10, seconds=60)
    assert seen == [(filing_id, version) for version in range(1, 11)]
