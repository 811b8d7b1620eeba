"""The relay has one holder; what cannot be published stands aside; a crash is harmless."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.auth.principal import Role
from shared.database import Database
from shared.messaging import consumer, outbox
from shared.messaging.bus import Bus
from shared.messaging.relay import Relay
from tests import kits
from tests.integration.messaging.room import (
    CONSUMER,
    PRODUCER,
    Room,
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
                "UPDATE outbox SET envelope = jsonb_set(envelope, '{data,reason}', '\"short\"')"
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
        answer = await operator.post(f"/v1/ops/outbox/{stuck}/unpark")
        assert answer.json() == {"events": 1}
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
        holder.cancel()
        await room.tell(filing_id, times=2)
        seen = await room.seen_are(4)
    assert seen == [(filing_id, version) for version in (1, 2, 3, 4)]
    for task in (waiting, *buses):
        task.cancel()
    await asyncio.gather(holder, waiting, *buses, return_exceptions=True)
    for kit in (first, second):
        await kit.bus.close()
        await kit.database.close()


async def test_a_relay_that_ended_leaves_the_lock_to_the_next_in_its_process(room: Room) -> None:
    kit = room.kit(PRODUCER, room.producer)
    bus = asyncio.create_task(kit.bus.run())
    for _ in range(3):
        run = asyncio.create_task(Relay(kit).run())
        await until(lambda: _one_holds(room))
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        async with room.producer.connect():

            async def nobody_holds() -> bool:
                return await _holders(room) == 0

            await until(nobody_holds)
    bus.cancel()
    await asyncio.gather(bus, return_exceptions=True)
    await kit.bus.close()


class Killed(BaseException):
    """The process ends here."""


class Results:
    """Remembers what became of each delivery."""

    def __init__(self) -> None:
        self.results: list[str] = []

    def handled(self, *, consumer: str, event_type: str, result: str, seconds: float) -> None:
        """Called once a delivery."""
        self.results.append(result)


async def test_killed_between_commit_and_ack_the_event_is_applied_once(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.bus.ACK_WAIT_SECONDS", 1)
    url = room.consumer.engine.url.render_as_string(hide_password=False)
    fatal = Database(url, schema=room.consumer.schema)
    kit = room.kit(CONSUMER, fatal)
    bus = asyncio.create_task(kit.bus.run())
    results = Results()

    def loop(database: Database) -> consumer.Consumer:
        return consumer.Consumer(
            database,
            kit.bus,
            name=CONSUMER,
            producer=PRODUCER,
            handlers=room.handlers(),
            clock=kit.clock,
            ids=kit.ids,
            observer=results,
        )

    def die() -> None:
        raise Killed

    fatal.after_commit(die)
    filing_id = uuid4()
    async with running(room.filer()):
        await room.tell(filing_id)
        with pytest.raises(BaseExceptionGroup, match="unhandled"):
            await loop(fatal).run()
        assert await room.seen() == [(filing_id, 1)]
        assert results.results == []
        again = asyncio.create_task(loop(room.consumer).run())

        async def came_again() -> bool:
            return bool(results.results)

        await until(came_again)
        assert results.results == ["duplicate"]
        assert await room.seen() == [(filing_id, 1)]
    for task in (again, bus):
        task.cancel()
    await asyncio.gather(again, bus, return_exceptions=True)
    await _end(kit.bus, fatal)


async def _end(bus: Bus, database: Database) -> None:
    await bus.close()
    await database.close()
