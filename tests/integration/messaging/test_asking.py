"""However busy the loop is, the broker is never asked for more than can be held."""

import asyncio
import time
from uuid import uuid4

import pytest

from shared.messaging import consumer, pull
from tests.integration.messaging.room import CONSUMER, PRODUCER, Room, running

HELD = 8
EVENTS = 24
BLOCKED = 0.15


async def test_a_busy_loop_is_sent_no_more_than_it_can_hold(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event blocks it for longer than a request waits for its answers."""
    monkeypatch.setattr(consumer, "IN_HAND", HELD)
    monkeypatch.setattr(consumer, "TOGETHER", 1)
    monkeypatch.setattr(pull, "EXPIRES_SECONDS", 0.06)
    monkeypatch.setattr(pull, "GRACE_SECONDS", 0.02)
    room.spoil = lambda _event, _envelope: time.sleep(BLOCKED)
    noter = room.noter()
    for _ in range(EVENTS):
        await room.tell(uuid4())
    held: list[int] = []

    async def watch() -> None:
        jetstream, stream = noter.kit.bus.jetstream, noter.kit.bus.stream(PRODUCER)
        while True:
            info = await jetstream.consumer_info(stream, CONSUMER, timeout=60)
            held.append(info.num_ack_pending or 0)
            await asyncio.sleep(0.02)

    async with running(room.filer(), noter):
        await noter.kit.bus.ready()
        watching = asyncio.create_task(watch())
        await room.seen_are(EVENTS)
        watching.cancel()
    assert 0 < max(held) <= HELD
