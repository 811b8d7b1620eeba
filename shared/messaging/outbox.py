"""The outbox: an event is written in the transaction of the state it tells of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared import crash, prepared
from shared.contracts.envelope import Envelope, Event
from shared.database import table_of
from shared.ids import Ids
from shared.messaging import context, knowing
from shared.messaging.tables import OutboxRow
from shared.prepared import Json, Statement

_outbox = table_of(OutboxRow)
_WRITTEN = (
    "event_id",
    "aggregate",
    "aggregate_id",
    "aggregate_version",
    "type",
    "envelope",
    "occurred_at",
    "emission",
)


def part(events: int) -> Insert:
    """The insertion of events, for a statement of several parts (`prepared.together`).

    They do not say what their writer knows: for a producer that follows what it tells of.
    """
    return prepared.insertion(_outbox, columns=_WRITTEN, prefix="event_", rows=events)


def part_of_writer(events: int) -> Insert:
    """The insertion of events that say what their writer knows, with the `values` of their rows."""
    rows = []
    for row in range(events):
        made = {n: bindparam(f"event_{n}_{row}", type_=_outbox.c[n].type) for n in _WRITTEN}
        envelope = made.pop("envelope").op("||", return_type=JSONB)(knowing.of_writer(row))
        rows.append({**made, "envelope": envelope})
    return insert(_outbox).values(rows)


@cache
def _insertion(events: int) -> Statement:
    return Statement(part_of_writer(events))


async def append(
    session: AsyncSession,
    events: Sequence[Event],
    *,
    version: int,
    source: str,
    ids: Ids,
    now: datetime,
) -> None:
    """Write `events` of one aggregate to the outbox; the relay sends them after the commit.

    `version` is the aggregate's version after them: it counts its events, so they get the
    numbers `version - len(events) + 1` to `version`. `now` is wall time. Raises
    UniqueViolationError if one of those numbers is taken, which the version check makes impossible.
    """
    if events:
        made = rows(events, version=version, source=source, ids=ids, now=now)
        await _insertion(len(made)).run(session, values(made))
        appended()


async def append_rows(session: AsyncSession, made: Sequence[dict[str, Any]]) -> None:
    """Write the events of several aggregates, made by `rows` where what caused them was known."""
    if made:
        await _insertion(1).run_many(session, [values([row]) for row in made])
        appended()


def appended() -> None:
    """Say that events were written to the outbox, by whoever did: a crash point."""
    crash.at("outbox.appended")


def values(made: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """The values of `part_of_writer` for rows that `rows` made."""
    found = prepared.named(made, prefix="event_")
    for number, row in enumerate(made):
        found |= knowing.values(
            number, writer=row["writer"], aggregate=row["aggregate"], filing_id=row["filing_id"]
        )
    return found


def rows(
    events: Sequence[Event], *, version: int, source: str, ids: Ids, now: datetime
) -> list[dict[str, object]]:
    """The outbox's rows of the events, for who writes them in a statement of his own."""
    first = version - len(events) + 1
    return [
        _row(event, _head(event, number=number, source=source, ids=ids, now=now), writer=source)
        for number, event in enumerate(events, start=first)
    ]


def _head(event: Event, *, number: int, source: str, ids: Ids, now: datetime) -> Envelope:
    cause = context.current()
    return Envelope(
        id=ids(),
        source=f"onestop/{source}",
        type=event.type(),
        subject=event.subject,
        time=now,
        aggregateversion=number,
        correlationid=event.filing_id,
        causationid=cause.id,
        traceparent=cause.traceparent_of(event.filing_id),
        data={},
    )


def _row(event: Event, head: Envelope, *, writer: str) -> dict[str, object]:
    # The data are made into JSON once; as values of the envelope they would be twice.
    around = head.model_dump_json(exclude_none=True, exclude={"data"})
    return {
        "event_id": head.id,
        "aggregate": event.aggregate,
        "aggregate_id": event.subject,
        "aggregate_version": head.aggregateversion,
        "type": head.type,
        "envelope": Json(f'{around[:-1]},"data":{event.model_dump_json()}}}'),
        "occurred_at": head.time,
        "emission": 1,
        "writer": writer,
        "filing_id": event.filing_id,
    }


async def reemit(
    session: AsyncSession,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    aggregate_id: UUID | None = None,
) -> int:
    """Send published events again, under new message ids; returns how many.

    Consumers are indifferent to it. `since` and `until` are wall times (UTC), inclusive.
    """
    again = update(_outbox).where(_outbox.c.published_at.is_not(None))
    if since is not None:
        again = again.where(_outbox.c.occurred_at >= since)
    if until is not None:
        again = again.where(_outbox.c.occurred_at <= until)
    if aggregate_id is not None:
        again = again.where(_outbox.c.aggregate_id == aggregate_id)
    done = await session.execute(
        again.values(published_at=None, emission=_outbox.c.emission + 1).returning(_outbox.c.seq)
    )
    return len(done.all())


async def unpark(session: AsyncSession, aggregate_id: UUID) -> int:
    """Let a parked aggregate's events be tried again; returns how many were parked."""
    done = await session.execute(
        update(_outbox)
        .where(_outbox.c.aggregate_id == aggregate_id, _outbox.c.parked_at.is_not(None))
        .values(parked_at=None, parked_reason=None)
        .returning(_outbox.c.seq)
    )
    return len(done.all())


async def backlog(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many events wait for the broker, and since when (wall time, UTC) the oldest does."""
    waiting = select(func.count(), func.min(_outbox.c.occurred_at)).where(
        _outbox.c.published_at.is_(None)
    )
    count, oldest = (await connection.execute(waiting)).one()
    return int(count), oldest


async def parked(connection: AsyncConnection) -> list[dict[str, object]]:
    """The events that could not be published, each with its reason and how many wait with it."""
    other = _outbox.alias()
    waiting = (
        select(func.count())
        .where(other.c.aggregate_id == _outbox.c.aggregate_id, other.c.published_at.is_(None))
        .scalar_subquery()
    )
    rows = await connection.execute(
        select(
            _outbox.c.event_id,
            _outbox.c.type,
            _outbox.c.aggregate,
            _outbox.c.aggregate_id,
            _outbox.c.parked_at,
            _outbox.c.parked_reason,
            waiting.label("waiting"),
        )
        .where(_outbox.c.parked_at.is_not(None))
        .order_by(_outbox.c.seq)
    )
    return [dict(row) for row in rows.mappings()]
