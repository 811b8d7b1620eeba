"""A message is answered over the connection that it came by, or it comes again.

Behind the next connection may be a stream that was made anew, where another message has its number.
"""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared import service
from shared.messaging import bus, consumer
from tests.integration.messaging.room import CONSUMER, Room, caught_up, running, until

ACK_WAIT = 2


def _results(noter: service.Service) -> dict[str, float]:
    """How many deliveries came to what."""
    return {
        sample.labels["result"]: sample.value
        for metric in noter.kit.metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "onestop_handler_seconds_count" and sample.labels["consumer"] == CONSUMER
    }


async def test_what_was_taken_over_a_lost_connection_is_not_answered_over_the_next(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "ACK_WAIT_SECONDS", ACK_WAIT)
    monkeypatch.setattr(consumer, "ACK_WAIT_SECONDS", ACK_WAIT)
    noter, taken = room.noter(), asyncio.Event()
    room.spoil = lambda _event, _envelope: taken.set()
    async with running(room.filer(), noter):
        async with room.consumer.transaction() as session:
            await session.execute(text("LOCK TABLE seen IN SHARE MODE"))
            await room.tell(uuid4())
            await taken.wait()
            await noter.kit.bus.client.close()

            async def again() -> bool:
                return noter.kit.bus.times_lost == 1 and noter.kit.bus.connected

            await until(again)
        await room.seen_are(1)

        async def came_again() -> bool:
            return _results(noter).get("duplicate", 0) == 1

        await until(came_again)
        await caught_up(noter)
    assert _results(noter) == {"applied": 1, "duplicate": 1}
