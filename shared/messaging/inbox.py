"""The inbox: an event is claimed first, in the transaction of its effect.

A consumer takes all events of an aggregate it follows, in the order of their versions: an older
one is dropped, the next is applied, after a gap the event comes again later.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import crash
from shared.contracts import catalogue
from shared.contracts.envelope import Envelope, Event
from shared.database import Database
from shared.messaging.context import Cause, caused_by
from shared.prepared import Statement
from shared.telemetry import redaction, traces

Handler = Callable[[AsyncSession, Any, Envelope], Awaitable[None]]
Handlers = Mapping[type[Event], Handler]

# One statement: the claim, and the watermark's step if this is the next version. A step lost to
# another consumer of the same aggregate looks like a gap, and the event comes again.
_CLAIM = Statement(
    text("""
WITH claimed AS (
    INSERT INTO inbox (consumer, event_id, handled_at) VALUES (:consumer, :event, :now)
    ON CONFLICT DO NOTHING RETURNING 1
), mark AS (
    SELECT version FROM watermarks
    WHERE consumer = :consumer AND aggregate = :aggregate AND aggregate_id = :id
), advanced AS (
    INSERT INTO watermarks AS held (consumer, aggregate, aggregate_id, version)
    SELECT :consumer, :aggregate, :id, :version FROM claimed
    WHERE :version = 1 OR EXISTS (SELECT FROM mark)
    ON CONFLICT (consumer, aggregate, aggregate_id) DO UPDATE SET version = excluded.version
    WHERE held.version = excluded.version - 1
    RETURNING 1
)
SELECT EXISTS (SELECT FROM claimed) AS claimed, EXISTS (SELECT FROM advanced) AS advanced,
    (SELECT version FROM mark) AS seen
""").bindparams(
        bindparam("consumer", type_=Text),
        bindparam("event", type_=Uuid),
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("aggregate", type_=Text),
        bindparam("id", type_=Uuid),
        bindparam("version", type_=Integer),
    )
)


class Applied(StrEnum):
    """What became of a delivery."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    OLD = "old"


class Gap(Exception):
    """An earlier event of the same aggregate has not been taken yet."""


class Undecodable(Exception):
    """The message is not an event that this version of the program knows."""


def decode(payload: bytes | str) -> Envelope:
    """The envelope in a message. Raises Undecodable."""
    try:
        return Envelope.model_validate_json(payload)
    except ValueError as error:
        raise Undecodable(f"not an envelope: {redaction.error(error)}") from error


def open_event(envelope: Envelope) -> Event:
    """The event in an envelope. Raises Undecodable for an unknown type or content."""
    known = catalogue.BY_TYPE.get(envelope.type)
    if known is None:
        raise Undecodable(f"unknown event type {envelope.type}")
    try:
        return known.model_validate(envelope.data)
    except ValueError as error:
        raise Undecodable(f"not a {envelope.type}: {redaction.error(error)}") from error


async def apply(
    database: Database, *, consumer: str, envelope: Envelope, handlers: Handlers, now: datetime
) -> Applied:
    """Claim an event and apply its effect, in one transaction.

    `now` is wall time. Raises Gap, Undecodable, and whatever the handler raises; then nothing
    was changed.
    """
    async with database.transaction() as session:
        return await apply_in(
            session, consumer=consumer, envelope=envelope, handlers=handlers, now=now
        )


async def apply_in(
    session: AsyncSession, *, consumer: str, envelope: Envelope, handlers: Handlers, now: datetime
) -> Applied:
    """`apply` in the caller's transaction, which must end if this raises."""
    event = open_event(envelope)
    cause = cause_of(envelope, consumer=consumer)
    with caused_by(cause, correlation_id=str(envelope.correlationid)):
        claimed = await claim(session, consumer=consumer, envelope=envelope, now=now)
        written()
        if claimed is Applied.APPLIED and (handler := handlers.get(type(event))):
            await handler(session, event, envelope)
            took_effect()
        return claimed


def written() -> None:
    """Say that claims are written, by whoever wrote them: a crash point."""
    crash.at("inbox.claimed")


def took_effect() -> None:
    """Say that what was claimed has taken effect: a crash point."""
    crash.at("inbox.applied")


def cause_of(envelope: Envelope, *, consumer: str) -> Cause:
    """What the event is the cause of, in this consumer."""
    trace = traces.continued(envelope.traceparent, consumer=consumer, event_id=envelope.id)
    return Cause(id=str(envelope.id), traceparent=trace)


async def claim(
    session: AsyncSession, *, consumer: str, envelope: Envelope, now: datetime
) -> Applied:
    """Take the event for this consumer, or say why it is not to be applied. Raises Gap."""
    values = {
        "consumer": consumer,
        "event": envelope.id,
        "now": now,
        "aggregate": envelope.aggregate,
        "id": envelope.subject,
        "version": envelope.aggregateversion,
    }
    (found,) = await _CLAIM.run(session, values)
    if not found["claimed"]:
        return Applied.DUPLICATE
    if found["advanced"]:
        return Applied.APPLIED
    seen = found["seen"] or 0
    if seen >= envelope.aggregateversion:
        return Applied.OLD
    raise Gap(f"{envelope.type} {envelope.aggregateversion} came after {seen}")


async def prune(session: AsyncSession, *, before: datetime, at_most: int = 10_000) -> int:
    """Forget claims that were made before `before`; returns how many, `at_most` at once.

    A claim is not needed once its version is below the watermark: an older event is dropped.
    Every claim is, since it was committed together with the watermark's step.
    """
    done = await session.execute(
        text(
            "DELETE FROM inbox WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM inbox WHERE handled_at < :before ORDER BY handled_at LIMIT :most))"
            " RETURNING 1"
        ),
        {"before": before, "most": at_most},
    )
    return len(done.all())
