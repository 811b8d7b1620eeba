"""What nats-py and asyncpg do with nothing of ours in the way: the floor of our messaging."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg

from shared.contracts.envelope import Envelope
from shared.messaging.bus import Bus
from shared.messaging.relay import IN_FLIGHT

AT_ONCE = 8
FETCHED = 128
DURABLE = "mutual_recognition"
STREAM = "declaration"
CLAIM = "INSERT INTO inbox (consumer, event_id, handled_at) VALUES ('bare', $1, $2)"
EFFECT = "INSERT INTO seen (id) VALUES ($1)"


async def published(bus: Bus, envelopes: Sequence[Envelope]) -> float:
    """Publish them with a window of acknowledgements awaited; events a second."""
    subject = bus.subject(envelopes[0].type)
    payloads = [each.model_dump_json(exclude_none=True).encode() for each in envelopes]
    window = asyncio.Semaphore(IN_FLIGHT)
    began = time.perf_counter()

    async def one(payload: bytes, number: int) -> None:
        async with window:
            acknowledged = await bus.jetstream.publish_async(
                subject, payload, headers={"Nats-Msg-Id": f"bare-{number}"}
            )
            await acknowledged

    await asyncio.gather(*(one(payload, number) for number, payload in enumerate(payloads)))
    return len(payloads) / (time.perf_counter() - began)


async def consumed(bus: Bus, url: str, *, count: int) -> float:
    """Fetch, claim and write in one transaction, acknowledge; events a second."""
    address = url.replace("+asyncpg", "")
    schema = {"search_path": DURABLE}
    subscription = await bus.jetstream.pull_subscribe_bind(DURABLE, bus.stream(STREAM))
    async with asyncpg.create_pool(
        address, min_size=AT_ONCE, max_size=AT_ONCE, server_settings=schema
    ) as pool:

        async def work(message: Any) -> None:
            envelope = Envelope.model_validate_json(message.data)
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(CLAIM, envelope.id, datetime.now(UTC))
                await connection.execute(EFFECT, envelope.id)
            await message.ack()

        # What the other consumer wrote must not be in the way.
        await pool.execute("TRUNCATE seen")
        began = time.perf_counter()
        left = count
        while left:
            batch = await subscription.fetch(min(FETCHED, left), timeout=5)
            await asyncio.gather(*(work(message) for message in batch))
            left -= len(batch)
        return count / (time.perf_counter() - began)
