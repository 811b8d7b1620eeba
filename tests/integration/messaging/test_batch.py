"""Events taken together: only those that are new and in order, each of them once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.contracts.envelope import Envelope
from shared.ids import uuid7
from shared.messaging import batch, inbox
from shared.messaging.inbox import Applied
from tests.integration.messaging.room import CONSUMER, PRODUCER, Room, refused


def envelope(filing_id: UUID, version: int) -> Envelope:
    event = refused(filing_id, reason="too late")
    return Envelope(
        id=uuid7(),
        source=f"onestop/{PRODUCER}",
        type=event.type(),
        subject=filing_id,
        time="2026-11-27T02:00:00Z",
        aggregateversion=version,
        correlationid=filing_id,
        data=event.model_dump(mode="json"),
    )


async def take(room: Room, envelopes: Sequence[Envelope]) -> list[Applied]:
    async with room.consumer.transaction() as session:
        return await batch.apply_in(
            session,
            consumer=CONSUMER,
            envelopes=envelopes,
            handlers=room.handlers(),
            now=room.clock.wall(),
        )


async def alone(room: Room, one: Envelope) -> Applied:
    return await inbox.apply(
        room.consumer,
        consumer=CONSUMER,
        envelope=one,
        handlers=room.handlers(),
        now=room.clock.wall(),
    )


async def watermarks(room: Room) -> dict[UUID, int]:
    async with room.consumer.connect() as connection:
        rows = await connection.execute(text("SELECT aggregate_id, version FROM watermarks"))
        return {row.aggregate_id: row.version for row in rows}


async def test_events_of_several_aggregates_take_effect_in_order(room: Room) -> None:
    first, second = uuid7(), uuid7()
    told = [envelope(first, 1), envelope(first, 2), envelope(second, 1)]
    assert await take(room, told) == [Applied.APPLIED] * 3
    assert await room.seen() == [(first, 1), (first, 2), (second, 1)]
    assert await watermarks(room) == {first: 2, second: 1}
    assert await take(room, [envelope(first, 3), envelope(second, 2)]) == [Applied.APPLIED] * 2
    assert await watermarks(room) == {first: 3, second: 2}


async def test_one_that_was_taken_before_is_a_duplicate_among_others(room: Room) -> None:
    known, fresh = envelope(uuid7(), 1), envelope(uuid7(), 1)
    await alone(room, known)
    assert await take(room, [known, fresh]) == [Applied.DUPLICATE, Applied.APPLIED]
    assert sorted(await room.seen()) == sorted([(known.subject, 1), (fresh.subject, 1)])


async def test_after_a_duplicate_the_next_of_its_aggregate_takes_effect(room: Room) -> None:
    filing_id = uuid7()
    known, following = envelope(filing_id, 1), envelope(filing_id, 2)
    await alone(room, known)
    assert await take(room, [known, following]) == [Applied.DUPLICATE, Applied.APPLIED]
    assert await watermarks(room) == {filing_id: 2}


@pytest.mark.parametrize(
    "versions",
    [
        pytest.param((1, 4), id="a gap inside"),
        pytest.param((3,), id="a gap before"),
        pytest.param((2, 1), id="out of order"),
        pytest.param((1, 1), id="twice the same version"),
    ],
)
async def test_what_is_not_next_takes_nothing_of_the_batch(
    room: Room, versions: tuple[int, ...]
) -> None:
    filing_id = uuid7()
    told = [envelope(filing_id, version) for version in versions]
    with pytest.raises(batch.NotTogether):
        await take(room, [envelope(uuid7(), 1), *told])
    assert await room.seen() == []
    assert await watermarks(room) == {}


async def test_what_is_older_than_the_watermark_takes_nothing_of_the_batch(room: Room) -> None:
    filing_id = uuid7()
    assert await take(room, [envelope(filing_id, 1), envelope(filing_id, 2)])
    for versions in ((1,), (2, 3), (4,)):
        with pytest.raises(batch.NotTogether):
            await take(room, [envelope(filing_id, version) for version in versions])
    assert await watermarks(room) == {filing_id: 2}


async def test_the_same_delivery_twice_at_once_takes_effect_once(room: Room) -> None:
    told = [envelope(uuid7(), 1) for _ in range(8)]
    results = await asyncio.gather(*(take(room, told) for _ in range(4)))
    assert [each[0] for each in results].count(Applied.APPLIED) == 1
    assert len(await room.seen()) == len(told)
