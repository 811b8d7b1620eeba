"""A broker that hangs, or a network that drops what it is given: nothing waits for it for ever."""

import asyncio
import time
from uuid import uuid4

import pytest
from nats.aio.client import Client

from shared.messaging import bus, connection, consumer, pull
from tests.integration.messaging.room import Room, running, until
from tests.wire import Wire

SOON = 15
BUSY = 1
ENOUGH = 16
"""Megabytes: more than the buffers between two processes hold."""


async def _unread(client: Client) -> None:
    """Send more than goes out."""

    async def send() -> None:
        for _ in range(ENOUGH):
            await client.publish("nobody.listens", b"x" * 1_000_000)

    await asyncio.wait([asyncio.create_task(send())], timeout=2)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bus, consumer):
        monkeypatch.setattr(module, "ACK_WAIT_SECONDS", 2)
    monkeypatch.setattr(connection, "PING_SECONDS", 0.5)
    monkeypatch.setattr(pull, "EXPIRES_SECONDS", 0.5)
    monkeypatch.setattr(pull, "GRACE_SECONDS", 0.2)


@pytest.mark.parametrize("full", [False, True], ids=["nothing unsent", "much unsent"])
async def test_a_broker_that_does_not_answer_is_left_and_sought_again(
    room: Room, wire: Wire, *, full: bool
) -> None:
    noter = room.behind(wire).noter()
    async with running(room.filer(), noter):
        await room.tell(uuid4())
        await room.seen_are(1)
        wire.old_ones_die()
        if full:
            await _unread(noter.kit.bus.client)
        await room.tell(uuid4())
        await room.seen_are(2, seconds=SOON)
        assert noter.kit.bus.times_lost == 1


async def test_a_connection_that_comes_back_while_the_service_is_busy_is_used(
    room: Room, wire: Wire
) -> None:
    """What the broker says and what the service does about it a while later coincide then."""
    noter = room.behind(wire).noter()
    async with running(room.filer(), noter):
        await room.tell(uuid4())
        await room.seen_are(1)
        wire.passed = lambda: time.sleep(BUSY)
        wire.is_cut()

        async def again() -> bool:
            return noter.kit.bus.times_lost == 1 and noter.kit.bus.client.is_connected

        await until(again)
        wire.passed = lambda: None
        await room.tell(uuid4())
        await room.seen_are(2, seconds=SOON)


async def test_a_broker_that_answers_late_is_heard_again(
    room: Room, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has given up waiting for an answer is not confused when it comes."""
    monkeypatch.setattr(connection, "PING_SECONDS", 600)
    monkeypatch.setattr(pull, "ECHO_SECONDS", 1.0)
    noter = room.behind(wire).noter()
    async with running(room.filer(), noter):
        await room.tell(uuid4())
        await room.seen_are(1)
        wire.dies()
        await asyncio.sleep(12)
        wire.lives()
        await room.tell(uuid4())
        await room.seen_are(2, seconds=SOON)


async def test_a_service_ends_while_its_broker_does_not_answer(room: Room, wire: Wire) -> None:
    noter = room.behind(wire).noter()
    async with asyncio.timeout(SOON):
        async with running(noter):
            await noter.kit.bus.ready()
            wire.dies()
            await _unread(noter.kit.bus.client)
