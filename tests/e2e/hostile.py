"""A broker at its worst: each event comes up to three times, and in any order."""

import asyncio
from itertools import count
from random import Random

from nats.errors import Error as NatsError

from shared.contracts.envelope import Envelope
from shared.kit import Kit
from shared.messaging.bus import Bus

WINDOW_SECONDS = 0.15
COPIES = (1, 2, 2, 3)


class HostileBus(Bus):
    """Takes what is published, and sends it later: shuffled, one to three times.

    Each copy has a message id of its own, so the broker drops none of them as a duplicate.
    """

    def __init__(self, bus: Bus, *, random: Random) -> None:
        super().__init__(
            bus.url,
            namespace=bus.namespace,
            replicas=bus.replicas,
            stream_bytes=bus.stream_bytes,
        )
        self._random = random
        self._emissions = count(2)
        self._window: list[Envelope] = []
        self._sending: list[Envelope] = []
        self.sent = 0

    async def publish(
        self, envelope: Envelope, *, emission: int, payload: bytes | None = None
    ) -> None:
        """Keep it for the next window."""
        self._window += [envelope] * self._random.choice(COPIES)

    async def run(self) -> None:
        """Keep the connection, and empty the window again and again."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(super().run())
            tasks.create_task(self._shuffle())

    async def emptied(self) -> None:
        """Wait until everything was sent."""
        while self._window or self._sending:
            await asyncio.sleep(WINDOW_SECONDS)

    async def _shuffle(self) -> None:
        await self.ready()
        while True:
            await asyncio.sleep(WINDOW_SECONDS)
            self._sending, self._window = self._window, []
            self._random.shuffle(self._sending)
            while self._sending:
                try:
                    await super().publish(self._sending[-1], emission=next(self._emissions))
                except (NatsError, OSError, TimeoutError):
                    continue
                self._sending.pop()
                self.sent += 1


class Wires:
    """Connects every service through a hostile bus, reproducibly from a seed."""

    def __init__(self, *, seed: int) -> None:
        self._random = Random(seed)
        self.buses: list[HostileBus] = []

    def __call__(self, kit: Kit) -> Bus:
        """The bus of one service."""
        self.buses.append(HostileBus(kit.bus, random=Random(self._random.random())))
        return self.buses[-1]

    async def emptied(self) -> None:
        """Wait until every bus has sent everything."""
        for bus in self.buses:
            await bus.emptied()
