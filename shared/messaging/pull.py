"""Pulling messages from a durable consumer, with a loop of our own.

nats-py's `fetch(n)` stalls for its whole time-out now and then (nats.py issues 933 and 986); a
plain request on `$JS.API.CONSUMER.MSG.NEXT` does not.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import TimeoutError as NatsTimeout

from shared.messaging.bus import Bus

EXPIRES_SECONDS = 5.0
GRACE_SECONDS = 1.0
NO_RESPONDERS = "503"


class ConsumerGone(Exception):
    """The broker knows no such stream or consumer: its store was emptied."""


async def messages(
    bus: Bus, *, stream: str, durable: str, room: Callable[[], Awaitable[int]]
) -> AsyncIterator[Msg]:
    """Every message for the durable consumer, for ever.

    `room` waits until more can be taken and says how many: no more are asked for, since what
    waits in our hands too long is delivered again. Raises ConsumerGone when stream and consumer
    have to be made again, and nats errors.
    """
    inbox = bus.client.new_inbox()
    subscription = await bus.client.subscribe(inbox)
    subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
    try:
        while True:
            batch = await room()
            request = {"batch": batch, "expires": int(EXPIRES_SECONDS * 1e9)}
            await bus.client.publish(subject, json.dumps(request).encode(), reply=inbox)
            async for message in _one_batch(subscription, batch=batch):
                yield message
    finally:
        if not bus.client.is_closed:
            await subscription.unsubscribe()


async def _one_batch(subscription: Subscription, *, batch: int) -> AsyncIterator[Msg]:
    deadline = asyncio.get_running_loop().time() + EXPIRES_SECONDS + GRACE_SECONDS
    for _ in range(batch):
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return
        try:
            message: Msg = await subscription.next_msg(timeout=left)
        except NatsTimeout:
            return
        status = (message.headers or {}).get("Status")
        if status is None:
            yield message
        elif status == NO_RESPONDERS:
            raise ConsumerGone("no such stream or consumer")
        else:
            if status == "409" and "eleted" in (message.headers or {}).get("Description", ""):
                raise ConsumerGone("the consumer was deleted")
            return
