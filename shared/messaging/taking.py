"""What is done with a delivery once it is its turn: apply it, judge what went wrong, answer."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog
from nats.aio.msg import Msg

from shared import crash, errors
from shared.contracts.envelope import Envelope
from shared.kit import Kit
from shared.messaging import batch as batches
from shared.messaging import dead_letters, inbox
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

HANDLING_SECONDS = 60


class Observer(Protocol):
    """Who is told what became of each delivery."""

    def handled(self, one: "Delivery", *, consumer: str, result: str, seconds: float) -> None:
        """`seconds` is the time from delivery to outcome."""
        ...


@dataclass(frozen=True)
class Delivery:
    """A message in our hands; `envelope` is None if it has none, and `fault` says why.

    `times_lost` is the bus's when it came: it says over which connection.
    """

    message: Msg
    sequence: int
    times: int
    began: float
    times_lost: int
    envelope: Envelope | None = None
    fault: inbox.Undecodable | None = None

    @property
    def lane(self) -> UUID | int:
        """What it must be taken in order with: its aggregate's other events."""
        return self.sequence if self.envelope is None else self.envelope.subject

    @property
    def event_type(self) -> str:
        """`unknown` where there is no envelope."""
        return "unknown" if self.envelope is None else self.envelope.type

    @property
    def message_id(self) -> str | None:
        """What the relay published it as: the event's id, and which emission it is."""
        return (self.message.headers or {}).get("Nats-Msg-Id")

    def opened(self) -> Envelope:
        """The envelope. Raises Undecodable."""
        if self.envelope is None:
            raise self.fault or inbox.Undecodable("not an envelope")
        return self.envelope


def delivery(message: Msg, *, began: float, times_lost: int) -> Delivery:
    """The message, opened; `began` is the loop's time."""
    data = message.metadata
    sequence, times = data.sequence.stream, data.num_delivered or 1
    try:
        envelope = inbox.decode(message.data)
    except inbox.Undecodable as fault:
        return Delivery(message, sequence, times, began, times_lost, fault=fault)
    return Delivery(message, sequence, times, began, times_lost, envelope)


class Taker:
    """Takes deliveries for one consumer: in one transaction if all goes well, else each alone."""

    def __init__(self, kit: Kit, *, handlers: inbox.Handlers, observer: Observer) -> None:
        self._kit = kit
        self._handlers = handlers
        self._observer = observer
        self._unknown: Counter[int] = Counter()

    def forget(self) -> None:
        """A new stream counts its sequence from one again."""
        self._unknown.clear()

    async def take(self, batch: Sequence[Delivery]) -> None:
        """Apply and answer, in order within each aggregate.

        What came before and was not taken then goes alone: it would spoil the others' transaction.
        """
        fresh = [each for each in batch if each.times == 1 and each.envelope is not None]
        together = len(fresh) > 1 and await self._together(fresh)
        for each in batch:
            if not (together and each in fresh):
                await self._alone(each)

    async def _together(self, batch: Sequence[Delivery]) -> bool:
        """Whether all took effect, in one commit; if not, none did.

        Ordered by filing, as in every other batch, so that two of them cannot wait for each
        other's rows in a circle.
        """
        opened = [(each, each.opened()) for each in batch]
        opened.sort(key=lambda pair: pair[1].correlationid)
        now = self._kit.clock.wall()
        try:
            async with (
                asyncio.timeout(HANDLING_SECONDS),
                self._kit.database.transaction() as session,
            ):
                results = await batches.apply_in(
                    session,
                    consumer=self._kit.name,
                    envelopes=[envelope for _, envelope in opened],
                    handlers=self._handlers,
                    now=now,
                )
        except Exception as error:
            log.debug("not applied together", consumer=self._kit.name, error=type(error).__name__)
            return False
        for (each, _), applied in zip(opened, results, strict=True):
            await self._answer(each, Ack(applied.value))
        return True

    async def _alone(self, one: Delivery) -> None:
        try:
            async with asyncio.timeout(HANDLING_SECONDS):
                applied = await inbox.apply(
                    self._kit.database,
                    consumer=self._kit.name,
                    envelope=one.opened(),
                    handlers=self._handlers,
                    now=self._kit.clock.wall(),
                )
            outcome: Outcome = Ack(applied.value)
        except Exception as error:
            outcome = self._judge(error, one.sequence)
            self._tell(error, outcome, one)
        await self._answer(one, outcome)

    def _judge(self, error: Exception, sequence: int) -> Outcome:
        outcome = judge(error, unknown_before=self._unknown[sequence])
        if isinstance(outcome, Retry) and not passes(error):
            self._unknown[sequence] += 1
        return outcome

    def _tell(self, error: Exception, outcome: Outcome, one: Delivery) -> None:
        if isinstance(error, inbox.Gap) and one.times < PATIENCE:
            return
        log.warning(
            "event not applied",
            consumer=self._kit.name,
            type=one.event_type,
            outcome=type(outcome).__name__,
            deliveries=one.times,
            exc_info=not isinstance(error, inbox.Gap | errors.Refused),
            reason=getattr(outcome, "reason", ""),
        )

    async def _answer(self, one: Delivery, outcome: Outcome) -> None:
        try:
            await self._say(one, outcome)
        except Exception as error:
            log.warning("not answered, it will come again", error=str(error) or repr(error))
        self._observer.handled(
            one,
            consumer=self._kit.name,
            result=outcome.result if isinstance(outcome, Ack) else type(outcome).__name__.lower(),
            seconds=asyncio.get_running_loop().time() - one.began,
        )

    async def _say(self, one: Delivery, outcome: Outcome) -> None:
        """Answer the broker over the connection that the message came by, or not at all.

        Behind the next one may be a stream that was made anew: an answer names a message by its
        number, and there another has it. What is not answered comes again.
        """
        heard = one.times_lost == self._kit.bus.times_lost
        if isinstance(outcome, Retry):
            if heard:
                await one.message.nak(delay=delay(one.times))
            return
        if isinstance(outcome, Terminal):
            await dead_letters.bury(
                self._kit.database,
                consumer=self._kit.name,
                payload=one.message.data,
                reason=outcome.reason,
                deliveries=one.times,
                ids=self._kit.ids,
                now=self._kit.clock.wall(),
            )
            if heard:
                await one.message.term()
        elif heard:
            crash.at("consumer.before_ack")
            await one.message.ack()
            crash.at("consumer.after_ack")
        self._unknown.pop(one.sequence, None)
