"""Pulling messages from a durable consumer, with a loop of our own.

nats-py's `fetch(n)` stalls for its whole time-out now and then (nats.py issues 933 and 986); a
plain request on `$JS.API.CONSUMER.MSG.NEXT` does not.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from itertools import count

from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.messaging.bus import Bus

EXPIRES_SECONDS = 5.0
GRACE_SECONDS = 1.0
ECHO_SECONDS = 5.0
NO_RESPONDERS = "503"
END = {"Status": "408"}
"""As the broker ends a batch that has expired."""


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
    client = await bus.connection()
    inbox = client.new_inbox()
    arrived: asyncio.Queue[Msg | str] = asyncio.Queue()
    reply = ""

    async def arrive(message: Msg) -> None:
        arrived.put_nowait(message)

    subscription = await client.subscribe(f"{inbox}.*", cb=arrive)
    subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
    try:
        with bus.when_lost(lambda: arrived.put_nowait(reply)):
            for number in count():
                batch = await room()
                request = {"batch": batch, "expires": int(EXPIRES_SECONDS * 1e9)}
                reply = f"{inbox}.{number}"
                await client.publish(subject, json.dumps(request).encode(), reply=reply)
                async for message in _one_batch(client, arrived, batch=batch, reply=reply):
                    yield message
    finally:
        if not client.is_closed:
            await subscription.unsubscribe()


async def _one_batch(
    client: Client, arrived: "asyncio.Queue[Msg | str]", *, batch: int, reply: str
) -> AsyncIterator[Msg]:
    """The answers to one request, until its end, or until it is lost with the connection.

    The end of an earlier one, come late, is not the end of this: asking again too soon would
    bring more than there is room for.
    """
    deadline = asyncio.get_running_loop().time() + EXPIRES_SECONDS + GRACE_SECONDS
    taken = 0
    while taken < batch:
        message = await _next(client, arrived, deadline=deadline, reply=reply)
        if message == reply:
            return
        if isinstance(message, str):
            continue
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


async def _next(
    client: Client, arrived: "asyncio.Queue[Msg | str]", *, deadline: float, reply: str
) -> Msg | str:
    """What has arrived, however late it is looked at; the end of the batch if nothing does.

    nats-py's own `next_msg` makes a task for each message: on a busy loop a batch would outlive
    the deadline in the client's queue, and more be asked for on top. So would one that nobody
    has read from the socket yet: so we end the batch ourselves, by way of the broker, and take
    what is before that. (Not with a flush: once it has given up waiting, the late answer ends
    nats-py's reading.) Raises TimeoutError from a broker that is silent.
    """
    if not arrived.empty():
        return arrived.get_nowait()
    with suppress(TimeoutError):
        async with asyncio.timeout_at(deadline):
            return await arrived.get()
    await client.publish(reply, headers=END)
    async with asyncio.timeout(ECHO_SECONDS):
        return await arrived.get()
