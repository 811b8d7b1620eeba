"""Events reach their consumers once and in order, whatever order or number they come in."""

import asyncio
from uuid import uuid4

import pytest

from shared.messaging import outbox, relay
from tests.integration.messaging.room import (
    Room,
    caught_up,
    envelopes,
    in_order,
    running,
    shuffled,
)


async def test_events_are_delivered_in_order_of_each_aggregate(room: Room) -> None:
    filings = [uuid4() for _ in range(20)]
    async with running(room.filer(), room.noter()):
        await asyncio.gather(*(room.tell(each, times=5) for each in filings))
        seen = await room.seen_are(100)
    assert in_order(seen)
    assert {aggregate for aggregate, _ in seen} == set(filings)


async def test_events_of_one_aggregate_keep_their_order_over_many_batches(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH", 7)
    filing_id, other = uuid4(), uuid4()
    for _ in range(10):
        await room.tell(filing_id, times=3)
        await room.tell(other)
    async with running(room.filer(), room.noter()):
        seen = await room.seen_are(40)
    assert in_order(seen)


async def test_an_event_that_was_rolled_back_is_not_sent(room: Room) -> None:
    filing_id = uuid4()

    async def fail() -> None:
        async with room.producer.transaction() as session:
            await room.append(session, filing_id, reason="lost")
            raise ConnectionAbortedError

    async with running(room.filer(), room.noter()):
        with pytest.raises(ConnectionAbortedError):
            await fail()
        room.versions.clear()
        await room.tell(filing_id)
        assert await room.seen_are(1) == [(filing_id, 1)]


async def test_twice_and_shuffled_they_are_applied_once_and_in_order(room: Room) -> None:
    sent = envelopes([uuid4() for _ in range(8)], events=6)
    noter = room.noter()
    async with running(noter):
        await noter.kit.bus.ready()
        for emission in (1, 2):
            for envelope in shuffled(sent, seed=emission):
                await noter.kit.bus.publish(envelope, emission=emission)
        seen = await room.seen_are(len(sent), seconds=40)
        await caught_up(noter)
        assert await room.seen() == seen
    assert in_order(seen)


async def test_after_a_gap_an_event_waits_for_the_missing_one(room: Room) -> None:
    first, second, third = envelopes([uuid4()], events=3)
    noter = room.noter()
    async with running(noter):
        await noter.kit.bus.ready()
        for envelope in (third, second):
            await noter.kit.bus.publish(envelope, emission=1)
        await asyncio.sleep(0.5)
        assert await room.seen() == []
        await noter.kit.bus.publish(first, emission=1)
        seen = await room.seen_are(3)
    assert [version for _, version in seen] == [1, 2, 3]


async def test_sending_everything_again_changes_nothing(room: Room) -> None:
    filings = [uuid4() for _ in range(5)]
    filer, noter = room.filer(), room.noter()
    async with running(filer, noter):
        for each in filings:
            await room.tell(each, times=4)
        before = await room.seen_are(20)
        async with room.producer.transaction() as session:
            assert await outbox.reemit(session) == 20
        await room.all_published()
        await caught_up(noter)
        assert await room.seen() == before
