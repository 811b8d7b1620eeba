"""A consumer that has something to do and does nothing is seen, told of and started again."""

import asyncio
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import text

from shared import service
from shared.messaging import bus, consumer
from tests.integration.messaging.room import PRODUCER, Room, running, until

STILL = 1.0


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "STILL_SECONDS", STILL)
    for module in (bus, consumer):
        monkeypatch.setattr(module, "ACK_WAIT_SECONDS", 2)


def _standstills(noter: service.Service) -> float:
    labels = {"service": noter.kit.name, "stream": noter.kit.bus.stream(PRODUCER)}
    found = noter.kit.metrics.registry.get_sample_value(
        "onestop_consumer_standstills_total", labels
    )
    assert found is not None
    return found


async def test_one_whose_workers_are_stuck_starts_again_and_says_where_it_was(room: Room) -> None:
    noter = room.noter()
    with structlog.testing.capture_logs() as lines:
        async with running(room.filer(), noter):
            async with room.consumer.transaction() as session:
                await session.execute(text("LOCK TABLE seen IN SHARE MODE"))
                await room.tell(uuid4())

                async def seen() -> bool:
                    return _standstills(noter) >= 1

                await until(seen)
            await room.seen_are(1)
    told = [line["at"] for line in lines if line["event"] == "task waits"]
    assert any("shared.messaging.taking" in place for places in told for place in places)


async def test_one_that_is_not_given_what_waits_for_it_starts_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    noter, deaf = room.noter(), asyncio.Event()
    pull = consumer.Consumer._pull

    async def deaf_at_first(one: consumer.Consumer) -> None:
        if one._producer == PRODUCER and not deaf.is_set():
            deaf.set()
            await asyncio.sleep(600)
        await pull(one)

    monkeypatch.setattr(consumer.Consumer, "_pull", deaf_at_first)
    async with running(room.filer(), noter):
        await deaf.wait()
        await room.tell(uuid4())
        await room.seen_are(1)
        assert _standstills(noter) == 1


async def test_one_with_nothing_to_do_or_that_waits_before_it_tries_again_goes_on(
    room: Room,
) -> None:
    refused = 0

    def spoil(*_: object) -> None:
        nonlocal refused
        refused += 1
        raise ConnectionResetError

    noter = room.noter()
    room.spoil = spoil
    async with running(room.filer(), noter):
        await asyncio.sleep(2 * STILL)
        await room.tell(uuid4())

        async def often() -> bool:
            return refused >= 6

        await until(often)
        await asyncio.sleep(2 * STILL)
        assert _standstills(noter) == 0
