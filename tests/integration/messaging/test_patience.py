"""An unknown error is retried as often as promised, whatever was retried before it."""

from uuid import uuid4

import pytest

from shared.contracts.envelope import Envelope, Event
from tests.integration.messaging.room import PRODUCER, Room, envelopes, running, until

PATIENCE = 3


async def test_retries_after_a_gap_do_not_use_up_the_patience_with_a_bug(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.outcome.PATIENCE", PATIENCE)
    monkeypatch.setattr("shared.messaging.outcome.LONGEST_DELAY", 0.1)
    first, second = envelopes([uuid4()], events=2)
    failures: list[int] = []

    def fail_once(event: Event, envelope: Envelope) -> None:
        if envelope.id == second.id and not failures:
            failures.append(envelope.aggregateversion)
            raise RuntimeError("a bug")

    room.spoil = fail_once
    noter = room.noter()
    async with running(noter):
        bus = noter.kit.bus
        await bus.ready()
        await bus.publish(second, emission=1)

        async def came_often() -> bool:
            info = await bus.jetstream.consumer_info(bus.stream(PRODUCER), noter.name)
            return bool(info.delivered.consumer_seq > 2 * PATIENCE)

        await until(came_often)
        await bus.publish(first, emission=1)
        await room.seen_are(2)
    assert failures == [2]
