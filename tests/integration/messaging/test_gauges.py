"""The gauges of what waits say what there is: each is seen to be something other than nothing."""

import math
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared import observing, service
from tests.integration.messaging.room import (
    CONSUMER,
    PRODUCER,
    Room,
    envelopes,
    running,
    until,
)
from tests.wire import Wire

TOO_LARGE = "x" * 1_100_000


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "EVERY_SECONDS", 0.1)


def _value(of: service.Service, gauge: str, **labels: str) -> float | None:
    name = f"onestop_{gauge}"
    return of.kit.metrics.registry.get_sample_value(name, {"service": of.name, **labels})


async def _is(of: service.Service, gauge: str, expected: float, **labels: str) -> None:
    async def holds() -> bool:
        value = _value(of, gauge, **labels)
        return value == expected or (
            value is not None and math.isnan(value) and math.isnan(expected)
        )

    await until(holds, seconds=30)


async def test_what_waits_in_the_outbox_and_what_is_parked_is_counted(room: Room) -> None:
    filer, stuck = room.filer(), uuid4()
    await room.tell(stuck, reason=TOO_LARGE)
    await room.tell(stuck)
    async with room.producer.transaction() as session:
        await session.execute(text("UPDATE outbox SET occurred_at = now() - interval '1 hour'"))
    async with running(filer):
        await _is(filer, "parked_events", 1)
        await _is(filer, "outbox_pending_events", 2)
        oldest = _value(filer, "outbox_oldest_seconds")
        async with room.producer.transaction() as session:
            await session.execute(text("DELETE FROM outbox"))
        for gauge in ("parked_events", "outbox_pending_events", "outbox_oldest_seconds"):
            await _is(filer, gauge, 0)
    assert oldest is not None
    assert 3_600 <= oldest < 3_900


async def test_events_not_yet_handled_and_dead_letters_are_counted(room: Room, wire: Wire) -> None:
    noter = room.behind(wire).noter()
    bus = noter.kit.bus
    first, second = envelopes([uuid4()], events=2)
    async with running(noter):
        await bus.ready()
        stream = bus.stream(PRODUCER)
        await _is(noter, "consumer_lag_events", 0, stream=stream)
        await bus.publish(second, emission=1)
        await _is(noter, "consumer_lag_events", 1, stream=stream)
        await bus.jetstream.publish(f"{room.namespace}.filing.accepted", b"{")
        await _is(noter, "dead_letters", 1)
        await bus.publish(first, emission=1)
        await _is(noter, "consumer_lag_events", 0, stream=stream)
        wire.dies()  # so that it stays away
        wire.is_cut()
        await _is(noter, "consumer_lag_events", math.nan, stream=stream)
    assert noter.name == CONSUMER
