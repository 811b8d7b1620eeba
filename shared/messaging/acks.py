"""Publishing to JetStream with many acknowledgements awaited at once, on one subscription.

nats-py's own `publish_async` leaves a publication that the broker refuses without an answer: what
its `APIError.from_error` raises ends in the client's error callback. Each would wait for its
time-out, and so would all whose answer is lost with the connection.
"""

import asyncio
import json
from collections.abc import Mapping
from itertools import count

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError
from nats.js.errors import APIError, NoStreamResponseError

NO_RESPONDERS = "503"


class Publisher:
    """Publishes on one client's connection."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._numbers = count()
        self._awaited: dict[str, asyncio.Future[None]] = {}

    async def open(self) -> None:
        """Listen for the broker's answers."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._answered)

    async def publish(
        self, subject: str, payload: bytes, *, headers: Mapping[str, str], seconds: float
    ) -> None:
        """Return when the broker has it on disk.

        Raises nats errors: what the broker answers, or that the connection was lost; TimeoutError
        after `seconds` without an answer.
        """
        reply = f"{self._inbox}.{next(self._numbers)}"
        answer = asyncio.get_running_loop().create_future()
        self._awaited[reply] = answer
        try:
            async with asyncio.timeout(seconds):
                await self._client.publish(subject, payload, reply=reply, headers=dict(headers))
                await answer
        finally:
            del self._awaited[reply]

    def lost(self) -> None:
        """The connection is lost: nothing that was published on it will be answered."""
        for answer in self._awaited.values():
            if not answer.done():
                answer.set_exception(ConnectionClosedError())

    async def _answered(self, message: Msg) -> None:
        answer = self._awaited.get(message.subject)
        if answer is None or answer.done():
            return
        if (message.headers or {}).get("Status") == NO_RESPONDERS:
            answer.set_exception(NoStreamResponseError())
            return
        fault = json.loads(message.data).get("error")
        if fault is None:
            answer.set_result(None)
            return
        try:
            APIError.from_error(fault)
        except APIError as refused:
            answer.set_exception(refused)
