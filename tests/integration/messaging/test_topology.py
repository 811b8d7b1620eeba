"""Streams and consumers: nothing that the broker took is dropped, whenever it was published."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from nats.js.api import RetentionPolicy, StreamConfig, StreamInfo

from shared.messaging.bus import Bus
from tests.integration.messaging.room import CONSUMER, PRODUCER, Room, ended, envelopes


class Hasty(Bus):
    """Publishes an event between the making of the stream and that of its first consumer."""

    published = False

    async def _ensure_consumer(self, producer: str, consumer: str) -> None:
        if producer == PRODUCER and not self.published:
            self.published = True
            [envelope] = envelopes([uuid4()], events=1)
            await self.publish(envelope, emission=1)
        await super()._ensure_consumer(producer, consumer)


@pytest.fixture
async def bus(room: Room) -> AsyncIterator[Hasty]:
    """The broker, with streams and consumers made by a hasty service."""
    made = Hasty(room.nats_url, namespace=room.namespace)
    run = asyncio.create_task(made.run())
    await made.ready()
    yield made
    await ended(run)
    await made.close()


async def test_an_event_that_came_before_the_consumers_is_kept_for_them(bus: Hasty) -> None:
    assert bus.published
    assert await bus.lag(producer=PRODUCER, consumer=CONSUMER) == 1


async def test_once_the_consumers_are_there_a_stream_keeps_only_what_they_have_not_taken(
    bus: Hasty,
) -> None:
    await bus.ensure_topology()
    stream = await bus.jetstream.stream_info(bus.stream(PRODUCER))
    assert stream.config.retention == RetentionPolicy.INTEREST
    assert await bus.lag(producer=PRODUCER, consumer=CONSUMER) == 1


async def test_events_that_wait_for_an_earlier_one_cannot_keep_it_away(bus: Hasty) -> None:
    info = await bus.jetstream.consumer_info(bus.stream(PRODUCER), CONSUMER)
    assert info.config.max_ack_pending == -1


async def test_of_two_that_start_at_once_the_later_takes_what_the_first_made(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, late = (Bus(room.nats_url, namespace=room.namespace) for _ in range(2))
    for each in (first, late):
        await each.connect()
    add = late.jetstream.add_stream

    async def add_later(config: StreamConfig) -> None:
        await first.ensure_topology()
        await add(config)

    monkeypatch.setattr(late.jetstream, "add_stream", add_later)
    await late.ensure_topology()
    assert await late.lag(producer=PRODUCER, consumer=CONSUMER) == 0
    for each in (first, late):
        await each.close()


async def test_of_several_addresses_one_that_answers_is_enough(room: Room) -> None:
    bus = Bus(f"nats://127.0.0.1:1, {room.nats_url}", namespace=room.namespace)
    run = asyncio.create_task(bus.run())
    try:
        async with asyncio.timeout(20):
            await bus.ready()
    finally:
        await ended(run)
        await bus.close()


async def test_who_mends_the_topology_while_another_does_waits_and_does_not_do_it_again(
    bus: Hasty, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    info = bus.jetstream.stream_info

    async def counted(name: str) -> StreamInfo:
        asked.append(name)
        return await info(name)

    monkeypatch.setattr(bus.jetstream, "stream_info", counted)
    await asyncio.gather(*(bus.ensure_topology() for _ in range(5)))
    assert len(asked) == len(set(asked)) > 0
    await bus.ensure_topology()
    assert len(asked) == 2 * len(set(asked))
