"""The inbox: an event is claimed first, in the transaction of its effect.

A consumer takes all events of an aggregate it follows, in the order of their versions: an older
one is dropped, the next is applied, after a gap the event comes again later.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import catalogue
from shared.contracts.envelope import Envelope, Event
from shared.database import Database, table_of
from shared.messaging.context import Cause, caused_by
from shared.messaging.tables import InboxRow, WatermarkRow

Handler = Callable[[AsyncSession, Any, Envelope], Awaitable[None]]
Handlers = Mapping[type[Event], Handler]

_inbox = table_of(InboxRow)
_marks = table_of(WatermarkRow)


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
        raise Undecodable(f"not an envelope: {_first_line(error)}") from error


def open_event(envelope: Envelope) -> Event:
    """The event in an envelope. Raises Undecodable for an unknown type or content."""
    known = catalogue.BY_TYPE.get(envelope.type)
    if known is None:
        raise Undecodable(f"unknown event type {envelope.type}")
    try:
        return known.model_validate(envelope.data)
    except ValueError as error:
        raise Undecodable(f"not a {envelope.type}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:500]


async def apply(
    database: Database, *, consumer: str, envelope: Envelope, handlers: Handlers, now: datetime
) -> Applied:
    """Claim an event and apply its effect, in one transaction.

    `now` is wall time. Raises Gap, Undecodable, and whatever the handler raises; then nothing
    was changed.
    """
    event = open_event(envelope)
    with caused_by(
        Cause(id=str(envelope.id), traceparent=envelope.traceparent),
        correlation_id=str(envelope.correlationid),
    ):
        async with database.transaction() as session:
            claimed = await claim(session, consumer=consumer, envelope=envelope, now=now)
            if claimed is Applied.APPLIED and (handler := handlers.get(type(event))):
                await handler(session, event, envelope)
            return claimed


async def claim(
    session: AsyncSession, *, consumer: str, envelope: Envelope, now: datetime
) -> Applied:
    """Take the event for this consumer, or say why it is not to be applied. Raises Gap."""
    fresh = await session.execute(
        insert(_inbox)
        .values(consumer=consumer, event_id=envelope.id, handled_at=now)
        .on_conflict_do_nothing()
        .returning(literal(1))
    )
    if fresh.first() is None:
        return Applied.DUPLICATE
    mine = (
        (_marks.c.consumer == consumer)
        & (_marks.c.aggregate == envelope.aggregate)
        & (_marks.c.aggregate_id == envelope.subject)
    )
    row = await session.execute(select(_marks.c.version).where(mine).with_for_update())
    seen = row.scalar_one_or_none() or 0
    if envelope.aggregateversion <= seen:
        return Applied.OLD
    if envelope.aggregateversion > seen + 1:
        raise Gap(f"{envelope.type} {envelope.aggregateversion} came after {seen}")
    await _advance(session, consumer=consumer, envelope=envelope)
    return Applied.APPLIED


async def _advance(session: AsyncSession, *, consumer: str, envelope: Envelope) -> None:
    step = insert(_marks).values(
        consumer=consumer,
        aggregate=envelope.aggregate,
        aggregate_id=envelope.subject,
        version=envelope.aggregateversion,
    )
    moved = await session.execute(
        step.on_conflict_do_update(
            index_elements=["consumer", "aggregate", "aggregate_id"],
            set_={"version": step.excluded.version},
            where=_marks.c.version == step.excluded.version - 1,
        ).returning(literal(1))
    )
    if moved.first() is None:
        raise Gap("another consumer took an event of this aggregate at the same time")


async def prune(session: AsyncSession, *, before: datetime) -> int:
    """Forget claims below the watermark that were made before `before`; returns how many.

    A claim whose version the watermark has passed is not needed: an older event is dropped.
    """
    done = await session.execute(
        text("DELETE FROM inbox WHERE handled_at < :before RETURNING 1"), {"before": before}
    )
    return len(done.all())
