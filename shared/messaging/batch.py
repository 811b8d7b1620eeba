"""Several events in one transaction: claimed in one statement, handled together where that saves.

Only what is new and in order is taken so. Whatever else comes is taken by itself (`inbox`), which
knows what to make of it.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import Envelope
from shared.messaging import context, inbox
from shared.messaging.context import Cause
from shared.messaging.inbox import Applied, Handler, Handlers
from shared.prepared import Statement

# As the inbox's claim, of many: an aggregate's events that follow each other and its watermark
# move it to the last of them.
_CLAIM = Statement(
    text("""
WITH given AS (
    SELECT * FROM unnest(
        CAST(:events AS uuid[]), CAST(:aggregates AS text[]), CAST(:ids AS uuid[]),
        CAST(:versions AS integer[])
    ) AS one (event, aggregate, id, version)
), claimed AS (
    INSERT INTO inbox (consumer, event_id, handled_at)
    SELECT :consumer, event, :now FROM given ORDER BY event
    ON CONFLICT DO NOTHING RETURNING event_id
), run AS (
    SELECT aggregate, id, min(version) AS first, max(version) AS last
    FROM given JOIN claimed ON event_id = event
    GROUP BY aggregate, id HAVING max(version) - min(version) + 1 = count(*)
), advanced AS (
    INSERT INTO watermarks AS held (consumer, aggregate, aggregate_id, version)
    SELECT :consumer, aggregate, id, last FROM run
    WHERE first = 1 OR EXISTS (
        SELECT FROM watermarks AS m
        WHERE (m.consumer, m.aggregate, m.aggregate_id) = (:consumer, run.aggregate, run.id)
    )
    ORDER BY id, aggregate
    ON CONFLICT (consumer, aggregate, aggregate_id) DO UPDATE SET version = excluded.version
    WHERE held.version = (
        SELECT first - 1 FROM run
        WHERE (run.aggregate, run.id) = (held.aggregate, held.aggregate_id)
    )
    RETURNING aggregate, aggregate_id
)
SELECT event, event_id IS NOT NULL AS claimed, aggregate_id IS NOT NULL AS advanced
FROM given LEFT JOIN claimed ON event_id = event
LEFT JOIN advanced ON (advanced.aggregate, aggregate_id) = (given.aggregate, id)
""").bindparams(
        bindparam("consumer", type_=Text),
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("events", type_=ARRAY(Uuid)),
        bindparam("aggregates", type_=ARRAY(Text)),
        bindparam("ids", type_=ARRAY(Uuid)),
        bindparam("versions", type_=ARRAY(Integer)),
    )
)


class NotTogether(Exception):
    """One of the events is not the next of its aggregate."""


@dataclass(frozen=True)
class Heard:
    """An event that was claimed, and what it is the cause of."""

    event: Any
    envelope: Envelope
    cause: Cause

    @contextmanager
    def caused(self) -> Iterator[None]:
        """Everything appended to the outbox inside was caused by the event."""
        with context.caused_by(self.cause, correlation_id=str(self.event.filing_id)):
            yield


@dataclass(frozen=True)
class Together:
    """A handler of many events. `many` gets them in order and does for each what it leads to."""

    many: Callable[[AsyncSession, Sequence[Heard]], Awaitable[None]]

    async def __call__(self, session: AsyncSession, event: Any, envelope: Envelope) -> None:
        """As the handler of one."""
        await self.many(session, [Heard(event, envelope, context.current())])


async def apply_in(
    session: AsyncSession,
    *,
    consumer: str,
    envelopes: Sequence[Envelope],
    handlers: Handlers,
    now: datetime,
) -> list[Applied]:
    """Claim events and apply their effects in the caller's transaction; `now` is wall time.

    Raises NotTogether, Undecodable, and whatever a handler raises; the transaction must then end.
    """
    heard = [
        Heard(inbox.open_event(each), each, inbox.cause_of(each, consumer=consumer))
        for each in envelopes
    ]
    results = await claim(session, consumer=consumer, envelopes=envelopes, now=now)
    inbox.written()
    fresh = [
        (handler, one)
        for one, result in zip(heard, results, strict=True)
        if result is Applied.APPLIED and (handler := handlers.get(type(one.event)))
    ]
    for handler, some in groupby(fresh, key=lambda pair: pair[0]):
        await _handle(session, handler, [one for _, one in some])
    if fresh:
        inbox.took_effect()
    return results


async def claim(
    session: AsyncSession, *, consumer: str, envelopes: Sequence[Envelope], now: datetime
) -> list[Applied]:
    """Take the events for this consumer; one that was taken before is a duplicate.

    Raises NotTogether for one that is older than its aggregate's watermark, that comes after a
    gap, or that does not come after the one before it here.
    """
    _in_order(envelopes)
    values = {
        "consumer": consumer,
        "now": now,
        "events": [each.id for each in envelopes],
        "aggregates": [each.aggregate for each in envelopes],
        "ids": [each.subject for each in envelopes],
        "versions": [each.aggregateversion for each in envelopes],
    }
    found = {row["event"]: row for row in await _CLAIM.run(session, values)}
    return [_result(found[each.id]) for each in envelopes]


def _in_order(envelopes: Sequence[Envelope]) -> None:
    last: dict[tuple[str, object], int] = {}
    for each in envelopes:
        aggregate = (each.aggregate, each.subject)
        if each.aggregateversion <= last.get(aggregate, 0):
            raise NotTogether
        last[aggregate] = each.aggregateversion


def _result(row: Any) -> Applied:
    if not row["claimed"]:
        return Applied.DUPLICATE
    if not row["advanced"]:
        raise NotTogether
    return Applied.APPLIED


async def _handle(session: AsyncSession, handler: Handler, some: Sequence[Heard]) -> None:
    if isinstance(handler, Together):
        await handler.many(session, some)
        return
    for one in some:
        with one.caused():
            await handler(session, one.event, one.envelope)
