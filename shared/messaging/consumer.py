"""The consumer loop: many aggregates at once, one aggregate in order, ack after commit."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared import crash, errors
from shared.clock import Clock
from shared.database import Database
from shared.ids import Ids
from shared.messaging import dead_letters, inbox, pull
from shared.messaging.bus import ACK_WAIT_SECONDS, Bus
from shared.messaging.outcome import (
    PATIENCE,
    Ack,
    Outcome,
    Retry,
    Terminal,
    delay,
    judge,
    passes,
)

log = structlog.get_logger()

AT_ONCE = 8
IN_HAND = 128
HANDLING_SECONDS = 60


class Observer(Protocol):
    """Who is told what became of each delivery."""

    def handled(self, *, consumer: str, event_type: str, result: str, seconds: float) -> None:
        """`seconds` is the time from delivery to outcome."""
        ...


class Consumer:
    """Applies the events of one producer to one service."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        *,
        name: str,
        producer: str,
        handlers: inbox.Handlers,
        clock: Clock,
        ids: Ids,
        observer: Observer,
    ) -> None:
        self._database = database
        self._bus = bus
        self._name = name
        self._producer = producer
        self._handlers = handlers
        self._clock = clock
        self._ids = ids
        self._observer = observer
        self._start_empty()

    def _start_empty(self) -> None:
        """What was in hand when a run ended comes again; nobody would drain its lanes."""
        self._lanes: dict[UUID | int, deque[Msg]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._hand: dict[int, Msg] = {}
        self._freed = asyncio.Event()
        self._unknown: Counter[int] = Counter()

    async def run(self) -> None:
        """Consume for ever; after an emptied broker, make streams and consumers again."""
        self._start_empty()
        await self._bus.ready()
        stream = self._bus.stream(self._producer)
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(self._keep_in_hand())
            while True:
                try:
                    async for message in pull.messages(
                        self._bus, stream=stream, durable=self._name, room=self._room
                    ):
                        self._enqueue(message, spawn=lanes.create_task)
                except pull.ConsumerGone:
                    log.warning("stream or consumer gone", stream=stream, consumer=self._name)
                    await self._mend()
                except (NatsError, OSError) as error:
                    log.warning("broker away", error=str(error) or type(error).__name__)
                    await asyncio.sleep(1)

    async def _mend(self) -> None:
        # A new stream counts its sequence from one again.
        self._unknown.clear()
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
            for message in list(self._hand.values()):
                try:
                    await message.in_progress()
                except (NatsError, OSError) as error:
                    log.warning("broker away", error=str(error) or type(error).__name__)
                    break

    def _enqueue(self, message: Msg, *, spawn: Callable[..., Any]) -> None:
        try:
            key: UUID | int = inbox.decode(message.data).subject
        except inbox.Undecodable:
            key = message.metadata.sequence.stream
        self._hand[message.metadata.sequence.stream] = message
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(message)
            return
        self._lanes[key] = deque([message])
        spawn(self._drain(key))

    async def _drain(self, key: UUID | int) -> None:
        lane = self._lanes[key]
        while lane:
            message = lane.popleft()
            async with self._slots:
                await self._take(message)
            self._hand.pop(message.metadata.sequence.stream, None)
            self._freed.set()
        del self._lanes[key]

    async def _take(self, message: Msg) -> None:
        started = asyncio.get_running_loop().time()
        deliveries = message.metadata.num_delivered
        event_type = "unknown"
        try:
            envelope = inbox.decode(message.data)
            event_type = envelope.type
            async with asyncio.timeout(HANDLING_SECONDS):
                applied = await inbox.apply(
                    self._database,
                    consumer=self._name,
                    envelope=envelope,
                    handlers=self._handlers,
                    now=self._clock.wall(),
                )
            outcome: Outcome = Ack(applied.value)
        except Exception as error:
            outcome = self._judge(error, message.metadata.sequence.stream)
            self._tell(error, outcome, event_type, deliveries)
        await self._answer(message, outcome, deliveries)
        seconds = asyncio.get_running_loop().time() - started
        result = outcome.result if isinstance(outcome, Ack) else type(outcome).__name__.lower()
        self._observer.handled(
            consumer=self._name, event_type=event_type, result=result, seconds=seconds
        )

    def _judge(self, error: Exception, sequence: int) -> Outcome:
        outcome = judge(error, unknown_before=self._unknown[sequence])
        if isinstance(outcome, Retry) and not passes(error):
            self._unknown[sequence] += 1
        return outcome

    def _tell(self, error: Exception, outcome: Outcome, event_type: str, deliveries: int) -> None:
        if isinstance(error, inbox.Gap) and deliveries < PATIENCE:
            return
        log.warning(
            "event not applied",
            consumer=self._name,
            type=event_type,
            outcome=type(outcome).__name__,
            deliveries=deliveries,
            exc_info=not isinstance(error, inbox.Gap | errors.Refused),
            reason=getattr(outcome, "reason", ""),
        )

    async def _answer(self, message: Msg, outcome: Outcome, deliveries: int) -> None:
        try:
            if isinstance(outcome, Terminal):
                await dead_letters.bury(
                    self._database,
                    consumer=self._name,
                    payload=message.data,
                    reason=outcome.reason,
                    deliveries=deliveries,
                    ids=self._ids,
                    now=self._clock.wall(),
                )
                await message.term()
            elif isinstance(outcome, Retry):
                await message.nak(delay=delay(deliveries))
                return
            else:
                crash.at("consumer.before_ack")
                await message.ack()
                crash.at("consumer.after_ack")
            self._unknown.pop(message.metadata.sequence.stream, None)
        except Exception as error:
            log.warning("not answered, it will come again", error=str(error) or repr(error))
