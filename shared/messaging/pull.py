"""Pulling messages from a durable consumer, with a loop of our own.

nats-py's `fetch(n)` stalls for its whole time-out now and then (nats.py issues 933 and 986); a
plain request on `$JS.API.CONSUMER.MSG.NEXT` does not.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

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
    subscription = await bus.client.subscribe(f"{inbox}.*")
    subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
    try:
        for number in count():
            batch = await room()
            request = {"batch": batch, "expires": int(EXPIRES_SECONDS * 1e9)}
            reply = f"{inbox}.{number}"
            await bus.client.publish(subject, json.dumps(request).encode(), reply=reply)
            async for message in _one_batch(subscription, batch=batch, reply=reply):
                yield message
    finally:
        if not bus.client.is_closed:
            await subscription.unsubscribe()


async def _one_batch(subscription: Subscription, *, batch: int, reply: str) -> AsyncIterator[Msg]:
    """The answers to one request. The end of an earlier one, come late, is not the end of this:

    asking again too soon would bring more than there is room for.
    """
    deadline = asyncio.get_running_loop().time() + EXPIRES_SECONDS + GRACE_SECONDS
    taken = 0
    while taken < batch:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return
        try:
            message: Msg = await subscription.next_msg(timeout=left)
        except NatsTimeout:
            return
        status = (message.headers or {}).get("Status")
        if status is None:
            taken += 1
            yield message
        elif message.subject != reply:
            continue
        elif status == NO_RESPONDERS:
            raise ConsumerGone("no such stream or consumer")
        else:
            if status == "409" and "eleted" in (message.headers or {}).get("Description", ""):
                raise ConsumerGone("the consumer was deleted")
            return
