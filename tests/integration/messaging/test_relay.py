"""The relay has one holder; what cannot be published stands aside; a crash is harmless."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.auth.principal import Role
from shared.contracts.envelope import Envelope
from shared.database import Database
from shared.messaging import outbox, relay
from shared.messaging.relay import Relay
from tests import kits
from tests.integration.messaging.room import (
    PRODUCER,
    Room,
    ended,
    running,
    until,
)

TOO_LARGE = "x" * 1_100_000


async def _holders(room: Room) -> int:
    async with room.producer.connect() as connection:
        held = await connection.execute(
            text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
        return int(held.scalar_one())


async def _one_holds(room: Room) -> bool:
    return await _holders(room) == 1


async def _shorten(room: Room, filing_id: UUID) -> None:
    """What an operator does with a row that the broker cannot take."""
    async with room.producer.transaction() as session:
        await session.execute(
            text(
                "UPDATE outbox SET envelope = jsonb_set(envelope, '{data,reason,en}', '\"short\"')"
                " WHERE aggregate_id = :filing"
            ),
            {"filing": filing_id},
        )


async def test_a_row_that_cannot_be_published_parks_its_aggregate_only(room: Room) -> None:
    stuck, sound = uuid4(), uuid4()
    filer = room.filer()
    async with (
        running(filer, room.noter()),
        kits.client(filer, Role.SERVICE) as operator,
    ):
        await room.tell(stuck)
        await room.tell(stuck, reason=TOO_LARGE)
        await room.tell(stuck)
        await room.tell(sound, times=3)
        seen = await room.seen_are(4)
        assert sorted(seen) == sorted([(stuck, 1), (sound, 1), (sound, 2), (sound, 3)])
        [parked] = (await operator.get("/v1/ops/parked")).json()
        assert parked["aggregate_id"] == str(stuck)
        assert "payload" in parked["parked_reason"].lower()
        pending = (await operator.get("/v1/ops/pending")).json()
        assert (pending["outbox"], pending["parked"]) == (2, 1)
        await _shorten(room, stuck)
        unpark = f"/v1/ops/outbox/{stuck}/unpark"
        why = {"reason": "shortened by hand"}
        answer = await operator.post(unpark, json=why, headers=kits.keyed("unpark"))
        again = await operator.post(unpark, json=why, headers=kits.keyed("unpark"))
        assert answer.json() == again.json() == {"events": 1}
        seen = await room.seen_are(6)
    assert seen[-2:] == [(stuck, 2), (stuck, 3)]


async def test_unparking_what_still_cannot_be_published_parks_it_again(room: Room) -> None:
    stuck = uuid4()

    async def parked() -> bool:
        async with room.producer.connect() as connection:
            return len(await outbox.parked(connection)) == 1

    async with running(room.filer()):
        await room.tell(stuck, reason=TOO_LARGE)
        await until(parked)
        async with room.producer.transaction() as session:
            assert await outbox.unpark(session, stuck) == 1
        await until(parked)


async def test_of_two_relays_one_holds_and_the_other_takes_over(room: Room) -> None:
    url = room.producer.engine.url.render_as_string(hide_password=False)
    databases = [Database(url, schema=room.producer.schema) for _ in range(2)]
    first, second = (room.kit(PRODUCER, database) for database in databases)
    buses = [asyncio.create_task(kit.bus.run()) for kit in (first, second)]
    holder = asyncio.create_task(Relay(first).run())
    await until(lambda: _one_holds(room))
    waiting = asyncio.create_task(Relay(second).run())
    filing_id = uuid4()
    async with running(room.noter()):
        await room.tell(filing_id, times=2)
        await room.seen_are(2)
        assert await _holders(room) == 1
        await ended(holder)
        await room.tell(filing_id, times=2)
        seen = await room.seen_are(4)
    assert seen == [(filing_id, version) for version in (1, 2, 3, 4)]
    await ended(waiting, *buses)
    for kit in (first, second):
        await kit.bus.close()
        await kit.database.close()


async def test_a_relay_that_ended_leaves_the_lock_to_the_next_in_its_process(room: Room) -> None:
    kit = room.kit(PRODUCER, room.producer)
    bus = asyncio.create_task(kit.bus.run())
    for _ in range(3):
        run = asyncio.create_task(Relay(kit).run())
        await until(lambda: _one_holds(room))
        await ended(run)
        async with room.producer.connect():

            async def nobody_holds() -> bool:
                return await _holders(room) == 0

            await until(nobody_holds)
    await ended(bus)
    await kit.bus.close()


async def test_a_publication_that_hangs_is_given_up_and_tried_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "PUMP_SECONDS", 0.5)
    filer = room.filer()
    publish, hung = filer.kit.bus.publish, asyncio.Event()

    async def hang_once(envelope: Envelope, **more: Any) -> None:
        if not hung.is_set():
            hung.set()
            await asyncio.Event().wait()
        await publish(envelope, **more)

    monkeypatch.setattr(filer.kit.bus, "publish", hang_once)
    async with running(filer, room.noter()):
        await room.tell(uuid4())
        await room.seen_are(1)
    assert hung.is_set()
