"""The relay: takes events from the outbox to the broker, in batches, many in flight at once.

One relay a service holds an advisory lock. It is woken by commits in its own process and polls
as a net. Within an aggregate events go in order; a row that cannot be published parks its
aggregate alone.

PostgreSQL is the record: when the broker's store was emptied, or a durable consumer deleted,
what it lost is sent again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js.errors import NotFoundError
from sqlalchemy import ARRAY, BigInteger, Text, bindparam, cast, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import crash, database
from shared.contracts.envelope import Envelope
from shared.database import table_of
from shared.kit import Kit
from shared.messaging.tables import OutboxRow
from shared.messaging.topology import MAX_AGE_DAYS
from shared.prepared import Row, Statement
from shared.telemetry import redaction

log = structlog.get_logger()

RELAY_LOCK = 7_002
BATCH = 500
IN_FLIGHT = 128
POLL_SECONDS = 0.5
PUMP_EVERY_SECONDS = 0.03
"""While much is committed: what comes within that time goes with one pump."""
PUMP_SECONDS = 60.0
LOOK_SECONDS = 10.0
HEAL_BATCH = 10_000
BACKOFF_SECONDS = (0.2, 0.5, 1.0)

_outbox = table_of(OutboxRow)
_stuck = select(_outbox.c.aggregate_id).where(_outbox.c.parked_at.is_not(None))
_NEXT = Statement(
    select(
        _outbox.c.seq,
        _outbox.c.aggregate_id,
        _outbox.c.type,
        cast(_outbox.c.envelope, Text).label("envelope"),
        _outbox.c.emission,
    )
    .where(_outbox.c.published_at.is_(None), _outbox.c.aggregate_id.not_in(_stuck))
    .order_by(_outbox.c.seq)
    .limit(BATCH)
)
_MARK = Statement(
    update(_outbox)
    .where(_outbox.c.seq == func.any(bindparam("seqs", type_=ARRAY(BigInteger))))
    .values(published_at=bindparam("now", type_=_outbox.c.published_at.type))
)


class Relay:
    """Publishes what a service's outbox holds."""

    def __init__(self, kit: Kit) -> None:
        self._name = kit.name
        self._metrics = kit.metrics
        self._database = kit.database
        self._bus = kit.bus
        self._clock = kit.clock
        self._wake = asyncio.Event()
        self._window = asyncio.Semaphore(IN_FLIGHT)
        self._stream_created: datetime | None = None
        self._look_at = 0.0
        kit.database.after_commit(self._wake.set)

    async def run(self) -> None:
        """Publish for ever; only the holder of the service's lock does."""
        await self._bus.ready()
        async with self._database.engine.connect() as held:
            connection = await held.execution_options(isolation_level="AUTOCOMMIT")
            # What only it writes is that an event was sent; if that is lost, it is sent again.
            await connection.execute(text("SET synchronous_commit = off"))
            try:
                await self._hold(connection)
            finally:
                # The lock is the session's: back in the pool, this connection would keep it.
                await connection.invalidate()

    async def _hold(self, connection: AsyncConnection) -> None:
        while not await self._is_holder(connection):
            await asyncio.sleep(1)
        failures = 0
        self._stream_created = None
        self._look_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            await self._heal(connection)
            began = loop.time()
            sent, failed = await self.pump(connection)
            failures = failures + 1 if failed else 0
            if failed:
                await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS)) - 1])
            elif sent < BATCH:
                await self._idle()
                await asyncio.sleep(began + PUMP_EVERY_SECONDS - loop.time())

    async def _is_holder(self, connection: AsyncConnection) -> bool:
        taken = await connection.execute(
            text("SELECT pg_try_advisory_lock(:kind, hashtext(:schema))"),
            {"kind": RELAY_LOCK, "schema": self._database.schema},
        )
        return bool(taken.scalar_one())

    async def _idle(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()

    async def _heal(self, connection: AsyncConnection) -> None:
        """Send again what was published before stream and consumers were made.

        The broker's store was emptied, or a consumer deleted.
        """
        loop = asyncio.get_running_loop()
        if loop.time() < self._look_at:
            return
        try:
            created = await self._bus.created(self._name)
        except NotFoundError:
            await self._mend_topology()
            return
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("broker away", error=str(error) or type(error).__name__)
            return
        if created != self._stream_created:
            await self._send_again(connection, published_before=created)
            self._stream_created = created
        self._look_at = loop.time() + LOOK_SECONDS

    async def _send_again(self, connection: AsyncConnection, *, published_before: datetime) -> None:
        since = self._clock.wall() - timedelta(days=MAX_AGE_DAYS)
        count, last = 0, 0
        while True:
            lost = _lost(published_before, since=since, after=last)
            seqs = (await connection.execute(lost)).scalars().all()
            if not seqs:
                break
            count, last = count + len(seqs), max(seqs)
        if count:
            log.warning("the broker lost stream or consumer, events are sent again", events=count)

    async def pump(self, connection: AsyncConnection) -> tuple[int, bool]:
        """Publish one batch; returns how many rows went out and whether the broker failed.

        Raises TimeoutError when that takes too long; what went out until then is marked.
        """
        # Taken before publishing: never later than the stream that takes the event is emptied.
        now = self._clock.wall()
        driver = await database.driver_of(connection)
        rows = await _NEXT.run(driver)
        lanes: dict[object, list[Row]] = {}
        for row in rows:
            lanes.setdefault(row["aggregate_id"], []).append(row)
        if rows:
            crash.at("relay.before_publish")
        sent: list[int] = []
        try:
            async with asyncio.timeout(PUMP_SECONDS):
                results = await asyncio.gather(
                    *(self._publish_lane(lane, sent=sent) for lane in lanes.values())
                )
        finally:
            if sent:
                crash.at("relay.before_mark")
                self._metrics.relay_batch.labels(self._name).observe(len(sent))
                await _MARK.run(driver, {"seqs": sent, "now": now})
                crash.at("relay.after_mark")
        for refused, _ in results:
            if refused is not None:
                await self._park(connection, *refused)
        failed = any(broken for _, broken in results)
        if failed:
            await self._mend_topology()
        return len(sent), failed

    async def _publish_lane(
        self, rows: Sequence[Row], *, sent: list[int]
    ) -> tuple[tuple[int, str] | None, bool]:
        for row in rows:
            try:
                envelope = Envelope.model_validate_json(row["envelope"])
                async with self._window:
                    await self._bus.publish(
                        envelope, emission=row["emission"], payload=row["envelope"].encode()
                    )
            except (MaxPayloadError, ValueError) as error:
                return (row["seq"], redaction.error(error)), False
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("not published", type=row["type"], error=str(error) or repr(error))
                return None, True
            sent.append(row["seq"])
            self._metrics.events_published.labels(self._name, row["type"]).inc()
        return None, False

    async def _park(self, connection: AsyncConnection, seq: int, reason: str) -> None:
        log.error("event parked", seq=seq, reason=reason)
        await connection.execute(
            update(_outbox)
            .where(_outbox.c.seq == seq)
            .values(parked_at=self._clock.wall(), parked_reason=reason)
        )

    async def _mend_topology(self) -> None:
        self._look_at = 0.0
        try:
            await self._bus.ensure_topology()
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("broker away", error=str(error) or type(error).__name__)


def _lost(published_before: datetime, *, since: datetime, after: int) -> Any:
    batch = (
        select(_outbox.c.seq)
        .where(
            _outbox.c.seq > after,
            _outbox.c.published_at < published_before,
            _outbox.c.occurred_at > since,
        )
        .order_by(_outbox.c.seq)
        .limit(HEAL_BATCH)
    )
    return (
        update(_outbox)
        .where(_outbox.c.seq.in_(batch))
        .values(published_at=None, emission=_outbox.c.emission + 1)
        .returning(_outbox.c.seq)
    )
