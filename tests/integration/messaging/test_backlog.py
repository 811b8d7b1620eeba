"""A backlog is worked off once: what waits in the consumer's hands does not come again."""

import time
from uuid import uuid4

import pytest

from shared.messaging import bus, consumer
from tests.integration.messaging.room import CONSUMER, Room, caught_up, running

ACK_WAIT = 3
SLOW = 0.2
EVENTS = 30


async def test_events_that_wait_longer_than_the_broker_does_are_not_delivered_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "ACK_WAIT_SECONDS", ACK_WAIT)
    monkeypatch.setattr(consumer, "ACK_WAIT_SECONDS", ACK_WAIT)
    monkeypatch.setattr(consumer, "AT_ONCE", 1)
    room.spoil = lambda _event, _envelope: time.sleep(SLOW)
    noter = room.noter()
    for _ in range(EVENTS):
        await room.tell(uuid4())
    async with running(room.filer(), noter):
        await room.seen_are(EVENTS, seconds=60)
        await caught_up(noter)
    duplicates = [
        sample.value
        for metric in noter.kit.metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "onestop_handler_seconds_count"
        and sample.labels["result"] == "duplicate"
        and sample.labels["consumer"] == CONSUMER
    ]
    assert sum(duplicates) == 0


async def test_no_more_is_asked_for_than_can_be_held(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "IN_HAND", 4)
    filing_id = uuid4()
    await room.tell(filing_id, times=30)
    async with running(room.filer(), room.noter()):
        seen = await room.seen_are(30)
    assert seen == [(filing_id, version) for version in range(1, 31)]
