"""A consumer that is killed at the worst moment loses nothing and applies nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.contracts.envelope import Envelope, Event
from shared.database import Database
from shared.kit import Kit
from shared.messaging import consumer
from shared.messaging.taking import Delivery
from tests.integration.messaging.room import (
    CONSUMER,
    PRODUCER,
    Room,
    ended,
    in_order,
    nothing_spoils,
    running,
    until,
)


class Killed(BaseException):
    """The process ends here."""


class Results:
    """Remembers what became of each delivery."""

    def __init__(self) -> None:
        self.results: list[str] = []

    def handled(self, one: Delivery, *, consumer: str, result: str, seconds: float) -> None:
        """Called once a delivery."""
        self.results.append(result)


@pytest.fixture
async def kit(room: Room, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Kit]:
    """The consumer's kit, its bus connected; what is not acknowledged comes again in a second."""
    monkeypatch.setattr("shared.messaging.bus.ACK_WAIT_SECONDS", 1)
    made = room.kit(CONSUMER, room.consumer)
    bus = asyncio.create_task(made.bus.run())
    yield made
    await ended(bus)
    await made.bus.close()


def _loop(
    room: Room, kit: Kit, results: Results, *, database: Database | None = None
) -> consumer.Consumer:
    return consumer.Consumer(
        replace(kit, database=database or room.consumer),
        producer=PRODUCER,
        handlers=room.handlers(),
        observer=results,
    )


async def test_killed_between_commit_and_ack_the_event_is_applied_once(
    room: Room, kit: Kit
) -> None:
    url = room.consumer.engine.url.render_as_string(hide_password=False)
    fatal = Database(url, schema=room.consumer.schema)
    results = Results()

    def die() -> None:
        raise Killed

    fatal.after_commit(die)
    filing_id = uuid4()
    async with running(room.filer()):
        await room.tell(filing_id)
        with pytest.raises(BaseExceptionGroup, match="unhandled"):
            await _loop(room, kit, results, database=fatal).run()
        assert await room.seen() == [(filing_id, 1)]
        assert results.results == []
        again = asyncio.create_task(_loop(room, kit, results).run())

        async def came_again() -> bool:
            return bool(results.results)

        await until(came_again)
        assert results.results == ["duplicate"]
        assert await room.seen() == [(filing_id, 1)]
        await ended(again)
    await fatal.close()


async def test_a_consumer_that_starts_again_takes_what_it_had_in_hand(room: Room, kit: Kit) -> None:
    def die(event: Event, envelope: Envelope) -> None:
        raise Killed

    room.spoil = die
    filing_id = uuid4()
    loop = _loop(room, kit, Results())
    async with running(room.filer()):
        await room.tell(filing_id, times=3)
        with pytest.raises(BaseExceptionGroup, match="unhandled"):
            await loop.run()
        assert await room.seen() == []
        room.spoil = nothing_spoils
        again = asyncio.create_task(loop.run())
        assert in_order(await room.seen_are(3))
        await ended(again)
