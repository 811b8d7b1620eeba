"""Files of many filings as the worker has them: under a lease, read, and filed bit by bit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    RowMapping,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration.bulk_tables import BULK_JOBS, BULK_ROWS
from services.declaration.uploads.asked import DONE, FAILED, FILING, OPEN, REFUSED, forgo
from shared import prepared
from shared.database import dumps
from shared.prepared import Row, Statement

FORGOTTEN = 10
"""Jobs that are removed in one transaction: each may have 10,000 rows."""


class LeaseLost(Exception):
    """Another worker has taken the file, or it was cancelled: nothing of this is kept."""


_OTHERS = BULK_JOBS.alias("others")
_TURN = (
    select(func.max(_OTHERS.c.begun_at))
    .where(_OTHERS.c.broker == BULK_JOBS.c.broker)
    .correlate(BULK_JOBS)
    .scalar_subquery()
)
"""When a file of the same broker was last begun."""


async def claim(
    session: AsyncSession, *, owner: UUID, now: datetime, until: datetime
) -> RowMapping | None:
    """An open job that nobody works on, now the owner's: brokers take turns, each in its order.

    The next broker is the one of whose files none was begun for longest.
    """
    free = or_(
        BULK_JOBS.c.lease_owner.is_(None),
        BULK_JOBS.c.lease_owner == owner,
        BULK_JOBS.c.lease_until < now,
    )
    first = (
        select(BULK_JOBS.c.id)
        .where(BULK_JOBS.c.state.in_(OPEN), free)
        .order_by(_TURN.asc().nulls_first(), BULK_JOBS.c.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(BULK_JOBS)
        .where(BULK_JOBS.c.id == first.scalar_subquery())
        .values(
            lease_owner=owner,
            lease_until=until,
            begun_at=now,
            attempts=BULK_JOBS.c.attempts + 1,
        )
        .returning(BULK_JOBS)
    )
    found: RowMapping | None = (await session.execute(taken)).mappings().first()
    return found


async def hold(session: AsyncSession, job_id: UUID, *, owner: UUID, until: datetime) -> None:
    """Go on holding it, and keep others and a cancellation away until the transaction ends.

    Raises LeaseLost.
    """
    held = await session.execute(
        update(BULK_JOBS)
        .where(
            BULK_JOBS.c.id == job_id,
            BULK_JOBS.c.lease_owner == owner,
            BULK_JOBS.c.state.in_(OPEN),
        )
        .values(lease_until=until)
        .returning(BULK_JOBS.c.id)
    )
    if held.first() is None:
        raise LeaseLost


async def begin(session: AsyncSession, job_id: UUID) -> None:
    """Forget what an earlier, broken-off reading left."""
    await session.execute(delete(BULK_ROWS).where(BULK_ROWS.c.job_id == job_id))


_ADDED = {
    "number": Integer,
    "first_line": Integer,
    "last_line": Integer,
    "reference": Text,
    "document": Text,
    "places": Text,
    "faults": Text,
}
_ADD = Statement(
    text("""
    INSERT INTO bulk_rows (job_id, state, number, first_line, last_line, reference,
        document, places, faults)
    SELECT :job_id, 'waiting', number, first_line, last_line, reference,
        CAST(document AS jsonb), CAST(places AS jsonb), CAST(faults AS jsonb)
    FROM unnest(:number, :first_line, :last_line, :reference, :document, :places, :faults)
        AS given (number, first_line, last_line, reference, document, places, faults)
""").bindparams(
        *(bindparam(name, type_=ARRAY(kind)) for name, kind in _ADDED.items()),
        bindparam("job_id", type_=Uuid),
    )
)


async def add(session: AsyncSession, job_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep filings that were read; document, places and faults are the text of JSON."""
    values: dict[str, Any] = {name: [row[name] for row in rows] for name in _ADDED}
    await _ADD.run(session, values | {"job_id": job_id})


_APART = text("""
    UPDATE bulk_rows SET faults = faults || jsonb_build_array(CAST(:fault AS jsonb)
        || jsonb_build_object('line', first_line))
    WHERE job_id = :job_id AND reference <> '' AND reference IN (
        SELECT reference FROM bulk_rows WHERE job_id = :job_id
        GROUP BY reference HAVING count(*) > 1)
""")


async def whole(
    session: AsyncSession, job_id: UUID, *, rows: int, apart: Mapping[str, Any]
) -> None:
    """It was read to its end. What has rows in several places gets the fault `apart`."""
    await session.execute(_APART, {"job_id": job_id, "fault": dumps(dict(apart))})
    await _set(session, job_id, state=FILING, rows=rows, content=None, attempts=0)


async def refuse(
    session: AsyncSession, job_id: UUID, *, refusal: Mapping[str, Any], now: datetime
) -> None:
    """It cannot be read: nothing of it is filed."""
    await begin(session, job_id)
    told = {"refusal": dict(refusal), "content": None, "lease_owner": None}
    await _set(session, job_id, state=REFUSED, ended_at=now, **told)


async def fail(
    session: AsyncSession, job_id: UUID, *, refusal: Mapping[str, Any], now: datetime
) -> None:
    """The work on it never gets anywhere: what was filed stays filed, the rest is not."""
    await forgo(session, job_id)
    told = {"refusal": dict(refusal), "content": None, "lease_owner": None}
    await _set(session, job_id, state=FAILED, ended_at=now, **told)


async def forget(session: AsyncSession, *, before: datetime) -> int:
    """Remove a few of the jobs that ended before, with their rows; how many."""
    jobs, rows = BULK_JOBS.c, BULK_ROWS.c
    old = select(jobs.id).where(jobs.ended_at < before).order_by(jobs.ended_at).limit(FORGOTTEN)
    gone = (await session.execute(old.with_for_update(skip_locked=True))).scalars().all()
    await session.execute(delete(BULK_ROWS).where(rows.job_id.in_(gone)))
    await session.execute(delete(BULK_JOBS).where(jobs.id.in_(gone)))
    return len(gone)


async def end(session: AsyncSession, job_id: UUID, *, now: datetime) -> None:
    """Everything of it is filed or refused."""
    await _set(session, job_id, state=DONE, ended_at=now, lease_owner=None)


async def _set(session: AsyncSession, job_id: UUID, **values: Any) -> None:
    await session.execute(update(BULK_JOBS).where(BULK_JOBS.c.id == job_id).values(**values))


_WAITING = Statement(
    text("""
    SELECT number, first_line, reference, CAST(document AS text) AS document,
        CAST(places AS text) AS places, CAST(faults AS text) AS faults
    FROM bulk_rows WHERE job_id = :job_id AND state = 'waiting' AND number > :after
    ORDER BY number LIMIT :most
""").bindparams(
        bindparam("job_id", type_=Uuid),
        bindparam("most", type_=Integer),
        bindparam("after", type_=Integer),
    )
)


async def waiting(on: prepared.On, job_id: UUID, *, after: int, limit: int) -> list[Row]:
    """The next filings of it that are not filed, what is JSON as its text."""
    return await _WAITING.run(on, {"job_id": job_id, "after": after, "most": limit})


_OUTCOMES = Statement(
    text("""
    UPDATE bulk_rows SET state = told.state, filing_id = CAST(told.filing_id AS uuid),
        receipt_number = told.receipt_number, faults = CAST(told.faults AS jsonb),
        document = NULL, places = NULL
    FROM unnest(:numbers, :states, :filing_ids, :receipt_numbers, :faults)
        AS told (number, state, filing_id, receipt_number, faults)
    WHERE bulk_rows.job_id = CAST(:job_id AS uuid)
        AND bulk_rows.number = CAST(told.number AS integer) AND bulk_rows.state = 'waiting'
    RETURNING bulk_rows.number
""").bindparams(
        *(
            bindparam(name, type_=ARRAY(Text))
            for name in ("numbers", "states", "filing_ids", "receipt_numbers", "faults")
        ),
        bindparam("job_id", type_=Text),
    )
)


async def outcomes(session: AsyncSession, job_id: UUID, told: Sequence[Mapping[str, Any]]) -> None:
    """Keep what came of filings that waited. Raises LeaseLost if one of them no longer did."""
    values = {
        "job_id": str(job_id),
        "numbers": [str(each["number"]) for each in told],
        "states": [each["state"] for each in told],
        "filing_ids": [each.get("filing_id") and str(each["filing_id"]) for each in told],
        "receipt_numbers": [each.get("receipt_number") for each in told],
        "faults": [dumps(each.get("faults", [])) for each in told],
    }
    if len(await _OUTCOMES.run(session, values)) != len(told):
        raise LeaseLost
    await _set(session, job_id, attempts=0)
