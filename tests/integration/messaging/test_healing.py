"""What the broker lost, or was not given in time, is sent again; what it has is marked."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import text

from shared.contracts.envelope import Envelope
from shared.messaging import outbox, relay
from tests.integration.messaging.room import CONSUMER, PRODUCER, Room, running, until

DECLARED = "frozen squid, 4711 USD"


async def _delete_consumer(room: Room) -> None:
    bus = room.kit(PRODUCER, room.producer).bus
    await bus.connect()
    await bus.jetstream.delete_consumer(bus.stream(PRODUCER), CONSUMER)
    await bus.close()


async def test_a_deleted_consumer_is_made_again_and_gets_what_it_missed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LOOK_SECONDS", 0.5)
    filing_id, unheard = uuid4(), uuid4()
    async with running(room.filer()):
        async with running(room.noter()):
            await room.tell(filing_id)
            await room.seen_are(1)
        await _delete_consumer(room)
        # Nobody is interested: the broker takes them and keeps none.
        await room.tell(filing_id, times=2)
        await room.tell(unheard)
        await room.all_published()
        async with running(room.noter()):
            seen = await room.seen_are(4)
            await _delete_consumer(room)
            await room.tell(filing_id)
            assert await room.seen_are(5) == [*seen, (filing_id, 4)]
    assert sorted(seen) == sorted([*((filing_id, number) for number in (1, 2, 3)), (unheard, 1)])


async def test_of_a_batch_that_took_too_long_what_went_out_is_not_sent_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "PUMP_SECONDS", 1.0)
    quick, slow = [uuid4() for _ in range(5)], uuid4()
    filer = room.filer()
    publish, sent = filer.kit.bus.publish, list[Envelope]()

    async def hang_once(envelope: Envelope, **more: Any) -> None:
        sent.append(envelope)
        if envelope.subject == slow and sent.count(envelope) == 1:
            await asyncio.Event().wait()
        await publish(envelope, **more)

    monkeypatch.setattr(filer.kit.bus, "publish", hang_once)
    for each in [*quick, slow]:
        await room.tell(each)
    async with running(filer, room.noter()):
        await room.seen_are(6)
    assert [envelope.subject for envelope in sent].count(slow) == 2
    assert len(sent) == 7


async def test_why_an_event_was_parked_is_told_without_what_was_declared(room: Room) -> None:
    await room.tell(uuid4())
    async with room.producer.transaction() as session:
        spoilt = text("UPDATE outbox SET envelope = jsonb_set(envelope, '{data}', to_jsonb(:it))")
        await session.execute(spoilt.bindparams(it=DECLARED))

    async def parked() -> bool:
        async with room.producer.connect() as connection:
            return len(await outbox.parked(connection)) == 1

    with structlog.testing.capture_logs() as logs:
        async with running(room.filer()):
            await until(parked)
    async with room.producer.connect() as connection:
        [stuck] = await outbox.parked(connection)
    assert stuck["parked_reason"] == "data: dict_type"
    assert "squid" not in str(logs)
    assert stuck["waiting"] == 1
