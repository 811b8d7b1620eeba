"""The consumer loop: many aggregates at once, one aggregate in order, ack after commit.

What is ready together is taken in one transaction, so the busier the loop, the fewer commits.
"""

import asyncio
import time
from collections import deque
from uuid import UUID

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared import stray
from shared.kit import Kit
from shared.messaging import inbox, pull, taking
from shared.messaging.bus import ACK_WAIT_SECONDS
from shared.messaging.taking import Delivery, Observer, Taker
from shared.telemetry import stacks

log = structlog.get_logger()

AT_ONCE = 4
TOGETHER = 16
GATHER_SECONDS = 0.005
IN_HAND = 128
STILL_SECONDS = 180.0
"""Longer than anything may take that is done in one piece: one event's handling, and its end."""


class StoodStill(Exception):
    """There was something to do, and for long nothing was done."""


class Consumer:
    """Applies the events of one producer to one service, whose name is the durable consumer's."""

    def __init__(
        self, kit: Kit, *, producer: str, handlers: inbox.Handlers, observer: Observer
    ) -> None:
        self._name = kit.name
        self._bus = kit.bus
        self._producer = producer
        self._standstills = kit.metrics.standstills.labels(kit.name, kit.bus.stream(producer))
        self._observer = observer
        self._taker = Taker(kit, handlers=handlers, observer=self)
        self._start_empty()

    def _start_empty(self) -> None:
        """What was in hand when a run ended comes again; nobody would drain its lanes."""
        self._lanes: dict[UUID | int, deque[Delivery]] = {}
        self._ready: asyncio.Queue[UUID | int] = asyncio.Queue()
        self._hand: dict[tuple[int, int], Delivery] = {}
        self._freed = asyncio.Event()
        self._gathering = asyncio.Lock()
        self._at_work = 0
        self._moved_at = time.monotonic()

    def handled(self, one: Delivery, *, consumer: str, result: str, seconds: float) -> None:
        """As its own observer, it sees that something was done."""
        self._moved_at = time.monotonic()
        self._observer.handled(one, consumer=consumer, result=result, seconds=seconds)

    async def run(self) -> None:
        """Consume for ever; after an emptied broker, make streams and consumers again."""
        self._start_empty()
        await self._bus.ready()
        workers = [self._work() for _ in range(AT_ONCE)]
        await stray.side_by_side(self._pull(), self._keep_in_hand(), self._watch(), *workers)

    async def _watch(self) -> None:
        """Say what everything waits for and raise StoodStill, should nothing be done for long.

        An event that failed and comes again later is neither in hand nor undelivered meanwhile.
        """
        while True:
            await asyncio.sleep(STILL_SECONDS / 4)
            still = time.monotonic() - self._moved_at
            if still > STILL_SECONDS and await self._has_something_to_do():
                stacks.tell()
                self._standstills.inc()
                raise StoodStill(f"{self._name} of {self._producer}, for {still:.0f} s")

    async def _has_something_to_do(self) -> bool:
        if self._hand:
            return True
        try:
            return await self._bus.undelivered(producer=self._producer, consumer=self._name) > 0
        except (NatsError, OSError):
            return False

    async def _pull(self) -> None:
        while True:
            await self._pull_until_lost()

    async def _pull_until_lost(self) -> None:
        stream = self._bus.stream(self._producer)
        try:
            async for message in pull.messages(
                self._bus, stream=stream, durable=self._name, room=self._room
            ):
                self._enqueue(message)
        except pull.ConsumerGone:
            log.warning("stream or consumer gone", stream=stream, consumer=self._name)
            await self._mend()
        except (NatsError, OSError) as error:
            log.warning("broker away", error=str(error) or type(error).__name__)
            await asyncio.sleep(1)

    async def _mend(self) -> None:
        self._taker.forget()
        try:
            await self._bus.ensure_topology()
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("broker away", error=str(error) or type(error).__name__)
            await asyncio.sleep(1)

    async def _room(self) -> int:
        while (free := IN_HAND - len(self._hand)) < IN_HAND // 4:
            self._freed.clear()
            await self._freed.wait()
        return free

    async def _keep_in_hand(self) -> None:
        """Tell the broker that what waits in our hands is not lost, or it comes again."""
        while True:
            await asyncio.sleep(ACK_WAIT_SECONDS / 3)
            for one in list(self._hand.values()):
                if one.times_lost != self._bus.times_lost:
                    continue
                try:
                    await one.message.in_progress()
                except (NatsError, OSError) as error:
                    log.warning("broker away", error=str(error) or type(error).__name__)
                    break

    def _enqueue(self, message: Msg) -> None:
        began = asyncio.get_running_loop().time()
        one = taking.delivery(message, began=began, times_lost=self._bus.times_lost)
        self._moved_at = time.monotonic()
        self._hand[one.times_lost, one.sequence] = one
        lane = self._lanes.get(one.lane)
        if lane is None:
            self._lanes[one.lane] = deque([one])
            self._ready.put_nowait(one.lane)
        else:
            lane.append(one)

    async def _work(self) -> None:
        while True:
            keys = await self._gathered()
            self._at_work += 1
            try:
                await self._drain(keys)
            finally:
                self._at_work -= 1

    async def _gathered(self) -> list[UUID | int]:
        """What is ready, for one transaction. While others are at work there is time for more."""
        async with self._gathering:
            keys = [await self._ready.get()]
            if self._at_work and self._ready.qsize() < TOGETHER - 1:
                await asyncio.sleep(GATHER_SECONDS)
            while len(keys) < TOGETHER and not self._ready.empty():
                keys.append(self._ready.get_nowait())
            return keys

    async def _drain(self, keys: list[UUID | int]) -> None:
        """Take what waits in these lanes; what comes meanwhile waits for its turn."""
        batch = [each for key in keys for each in self._lanes[key]]
        for key in keys:
            self._lanes[key].clear()
        await self._taker.take(batch)
        for each in batch:
            self._hand.pop((each.times_lost, each.sequence), None)
        for key in keys:
            if self._lanes[key]:
                self._ready.put_nowait(key)
            else:
                del self._lanes[key]
        self._freed.set()
