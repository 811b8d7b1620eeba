"""What the writer of an event had heard of the same filing: the order across aggregates.

Versions order one aggregate alone. An event therefore also says how far its writer had heard of
the filing's other aggregates, its own ones included: `knows`. Who must tell things in the order in
which they led to each other takes an event only once it has heard as much itself (`require`); who
need not is free to take it at once.

It cannot come to two events that wait for each other: a writer knows only what was committed
before, and the one that was committed first knows nothing of the other.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import TextClause

from shared.contracts import derived
from shared.contracts.envelope import Envelope
from shared.messaging.inbox import Gap
from shared.prepared import Statement

_HEARD = Statement(
    text("""
SELECT aggregate, aggregate_id, version FROM watermarks
WHERE consumer = :consumer AND (aggregate, aggregate_id) IN (
    SELECT * FROM unnest(CAST(:aggregates AS text[]), CAST(:ids AS uuid[]))
)
""").bindparams(
        bindparam("consumer", type_=Text),
        bindparam("aggregates", type_=ARRAY(Text)),
        bindparam("ids", type_=ARRAY(Uuid)),
    )
)


def of_writer(row: int) -> TextClause:
    """What the writer of outbox row number `row` has heard by now, for the row's insertion."""
    return text(f"""jsonb_strip_nulls(jsonb_build_object('knows', (
        SELECT string_agg(aggregate || '=' || version, ',' ORDER BY aggregate)
        FROM unnest(:near_{row}, :near_ids_{row}) AS near (name, id)
        CROSS JOIN LATERAL (
            SELECT aggregate, version FROM watermarks
            WHERE (consumer, aggregate, aggregate_id) = (:writer_{row}, near.name, near.id)
            UNION ALL
            SELECT aggregate, max(aggregate_version) FROM outbox
            WHERE (aggregate, aggregate_id) = (near.name, near.id)
            GROUP BY aggregate
        ) AS heard
    )))""").bindparams(  # noqa: S608 - the number of a row alone
        bindparam(f"writer_{row}", type_=Text),
        bindparam(f"near_{row}", type_=ARRAY(Text)),
        bindparam(f"near_ids_{row}", type_=ARRAY(Uuid)),
    )


def values(row: int, *, writer: str, aggregate: str, filing_id: UUID) -> dict[str, Any]:
    """The values of `of_writer` for an event of `aggregate`."""
    near = {name: id_ for name, id_ in derived.of_filing(filing_id).items() if name != aggregate}
    return {
        f"writer_{row}": writer,
        f"near_{row}": list(near),
        f"near_ids_{row}": list(near.values()),
    }


def in_order(envelopes: Iterable[Envelope]) -> list[int]:
    """The places of one producer's events in an order in which none comes before what it knows."""
    found = list(envelopes)
    return sorted(range(len(found)), key=lambda place: _weight(found[place]))


def _weight(envelope: Envelope) -> int:
    """Grows from each event to all that its producer wrote knowing of it."""
    return envelope.aggregateversion + sum(envelope.known.values())


async def require(
    session: AsyncSession, envelopes: Sequence[Envelope], *, consumer: str, follows: frozenset[str]
) -> None:
    """Raises Gap unless the consumer has heard all that the writers of these events had.

    Asked is about the aggregates that it `follows`. What is claimed in this transaction counts.
    """
    needed = [
        (name, derived.of_filing(each.correlationid)[name], version)
        for each in envelopes
        for name, version in each.known.items()
        if name in follows
    ]
    if not needed:
        return
    asked = {
        "consumer": consumer,
        "aggregates": [name for name, _, _ in needed],
        "ids": [id_ for _, id_, _ in needed],
    }
    rows = await _HEARD.run(session, asked)
    heard = {(row["aggregate"], row["aggregate_id"]): row["version"] for row in rows}
    for name, id_, version in needed:
        if heard.get((name, id_), 0) < version:
            raise Gap(f"{name} {version} was known to the writer and has not been heard here")
