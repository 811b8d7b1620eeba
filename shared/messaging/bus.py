"""NATS JetStream: the transport. It may be away at any time; nothing is lost by that."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError

from shared.contracts import catalogue
from shared.contracts.envelope import Envelope
from shared.messaging import topology
from shared.messaging.connection import Connection
from shared.telemetry import traces

log = structlog.get_logger()

ACK_WAIT_SECONDS = 30
DEDUPE_SECONDS = 120
PUBLISH_SECONDS = 2
LOOK_SECONDS = 0.5
# JetStream's error for a stream that exists and is not quite what is asked for: another service
# made it just now, and was through with it.
MADE_BY_ANOTHER = 10_058


class Bus:
    """One service's connection to the broker.

    `namespace` prefixes streams and subjects, so that several systems can share a broker.
    `stream_bytes` bounds each stream; a full one refuses new messages with an error, and the
    outbox waits.
    """

    def __init__(
        self,
        url: str,
        *,
        namespace: str = "onestop",
        replicas: int = 1,
        stream_bytes: int = 256 * 2**20,
    ) -> None:
        self.url = url
        self.namespace = namespace
        self.replicas = replicas
        self.stream_bytes = stream_bytes
        self._connection = Connection(url, name=namespace)
        self._ready = asyncio.Event()
        self._topology = asyncio.Lock()

    @property
    def client(self) -> Client:
        """The broker's client of the newest connection."""
        return self._connection.client

    @property
    def jetstream(self) -> JetStreamContext:
        """JetStream over the newest connection."""
        return self._connection.jetstream

    @property
    def times_lost(self) -> int:
        """How often the connection was lost: tells one connection from the next."""
        return self._connection.times_lost

    @property
    def connected(self) -> bool:
        """Whether the broker answers now."""
        return bool(self.client.is_connected) and self._ready.is_set()

    async def ready(self) -> None:
        """Wait until the broker was reached and every stream and consumer exists."""
        await self._ready.wait()

    async def connection(self) -> Client:
        """The newest connection's client, once the broker answers."""
        return await self._connection.made()

    def when_lost(self, tell: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `tell` each time the connection is lost, and with it what the broker was asked."""
        return self._connection.when_lost(tell)

    async def run(self) -> None:
        """Connect, however long that takes; when the connection is lost, make another."""
        while True:
            try:
                await self.connect()
                if not self._ready.is_set():
                    await self.ensure_topology()
                    self._ready.set()
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("broker away", error=str(error) or type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def connect(self) -> None:
        """Connect now, unless that is done. Raises nats errors, OSError, TimeoutError."""
        await self._connection.keep()

    def stream(self, service: str) -> str:
        """The name of a producing service's stream."""
        return f"{self.namespace}-{service}"

    def subject(self, event_type: str) -> str:
        """The subject of an event type: `onestop.filing.accepted.v1` -> `<ns>.filing.accepted`."""
        _, aggregate, name, _ = event_type.split(".")
        return f"{self.namespace}.{aggregate}.{name}"

    async def ensure_topology(self) -> None:
        """Create every stream and durable consumer of the catalogue that is missing.

        Whoever starts first makes them all. An interest stream keeps nothing for a consumer that
        does not exist yet, so a new stream keeps everything until its consumers are there.

        Where an attempt is under way already, this waits for its end and makes none of its own:
        while the brokers choose a leader each takes long, and one after another too long.
        """
        another = self._topology.locked()
        async with self._topology:
            if another:
                return
            for service in catalogue.SERVICES:
                await self._ensure_stream(service)
                for consumer in catalogue.SERVICES:
                    if catalogue.followed_by(consumer, producer=service):
                        await self._ensure_consumer(service, consumer)
                await self.jetstream.update_stream(self._config(service, RetentionPolicy.INTEREST))

    async def _ensure_stream(self, service: str) -> None:
        try:
            await self.jetstream.stream_info(self.stream(service))
        except NotFoundError:
            try:
                await self.jetstream.add_stream(self._config(service, RetentionPolicy.LIMITS))
            except BadRequestError as error:
                if error.err_code != MADE_BY_ANOTHER:
                    raise

    def _config(self, service: str, retention: RetentionPolicy) -> StreamConfig:
        return topology.stream(
            self.stream(service),
            subjects=[f"{self.namespace}.{each.name}.*" for each in catalogue.produced_by(service)],
            retention=retention,
            max_bytes=self.stream_bytes,
            dedupe_seconds=DEDUPE_SECONDS,
            replicas=self.replicas,
        )

    async def _ensure_consumer(self, producer: str, consumer: str) -> None:
        followed = catalogue.followed_by(consumer, producer=producer)
        subjects = [f"{self.namespace}.{each.name}.*" for each in followed]
        config = topology.consumer(consumer, subjects=subjects, ack_wait=ACK_WAIT_SECONDS)
        await self.jetstream.add_consumer(self.stream(producer), config)

    async def publish(
        self, envelope: Envelope, *, emission: int, payload: bytes | None = None
    ) -> None:
        """Hand an event to the broker; returns when the broker has it on disk.

        `payload` is the envelope's JSON, if there is one already.

        A second emission gets a message id of its own, or the broker's dedupe window would
        swallow it. Raises nats errors.
        """
        message_id = str(envelope.id) if emission == 1 else f"{envelope.id}:{emission}"
        began = time.time_ns()
        await self._connection.publisher.publish(
            self.subject(envelope.type),
            payload or envelope.model_dump_json(exclude_none=True).encode(),
            headers={
                "Nats-Msg-Id": message_id,
                "Content-Type": "application/cloudevents+json",
            },
            seconds=PUBLISH_SECONDS,
        )
        traces.published(
            envelope.source.rpartition("/")[2],
            event_id=envelope.id,
            event_type=envelope.type,
            filing_id=envelope.correlationid,
            traceparent=envelope.traceparent,
            message_id=message_id,
            began=began,
        )

    async def created(self, service: str) -> datetime:
        """When the last of the service's stream and its consumers was made (UTC, broker's clock).

        What was published earlier may be lost to one of them. Raises nats errors; NotFoundError
        if one is missing.
        """
        stream = self.stream(service)
        followers = [
            await self.jetstream.consumer_info(stream, consumer)
            for consumer in catalogue.SERVICES
            if catalogue.followed_by(consumer, producer=service)
        ]
        created = (await self.jetstream.stream_info(stream)).created
        if created is None:
            raise NatsError("the broker does not say when the stream was made")
        made: list[datetime] = [created, *(each.created for each in followers)]
        return max(made)

    async def lag(self, *, producer: str, consumer: str) -> int:
        """How many events of the producer the consumer has not yet acknowledged."""
        info = await self.jetstream.consumer_info(self.stream(producer), consumer)
        return int(info.num_pending or 0) + int(info.num_ack_pending or 0)

    async def undelivered(self, *, producer: str, consumer: str) -> int:
        """How many events of the producer were never given to the consumer."""
        info = await self.jetstream.consumer_info(self.stream(producer), consumer)
        return int(info.num_pending or 0)

    async def close(self) -> None:
        """Leave the broker."""
        await self._connection.close()
