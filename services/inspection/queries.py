"""Reads of cases and their records. None takes a lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, tuple_

from services.inspection import store
from services.inspection.domain import errors, moves, records
from services.inspection.domain.case import Case

Key = tuple[datetime, UUID]


@dataclass(frozen=True)
class Wanted:
    """Which cases: by state, yard (the slot's or the one it stands in), needed agency, filing,
    broker.
    """

    status: str | None = None
    yard: str | None = None
    agency: str | None = None
    filing_id: UUID | None = None
    broker: str | None = None


async def cases(
    reader: store.Reader, wanted: Wanted, *, after: Key | None, limit: int
) -> list[Case]:
    """Cases in the order they were made, oldest first."""
    rows = store.cases.c
    query = select(store.cases).order_by(rows.created_at, rows.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(rows.created_at, rows.id) > after)
    if wanted.status is not None:
        query = query.where(rows.status == wanted.status)
    if wanted.yard is not None:
        query = query.where(or_(rows.yard == wanted.yard, rows.inside_yard == wanted.yard))
    if wanted.filing_id is not None:
        query = query.where(rows.filing_id == wanted.filing_id)
    if wanted.broker is not None:
        query = query.where(rows.broker == wanted.broker)
    if wanted.agency is not None:
        its = store.sections.c
        needed = select(its.case_id).where(its.agency == wanted.agency, its.needed)
        query = query.where(rows.id.in_(needed))
    return await store.load(reader, query)


async def case(reader: store.Reader, case_id: UUID) -> Case:
    """One case. Raises `CaseNotFound`."""
    found = await store.load(reader, select(store.cases).where(store.cases.c.id == case_id))
    if not found:
        raise errors.CaseNotFound(case_id=case_id)
    return found[0]


async def chain(
    reader: store.Reader, case_id: UUID, *, after: int, limit: int | None
) -> list[records.Record]:
    """The case's records after the number `after`, in their order; all of them without a limit."""
    its = store.entries.c
    mine = select(store.entries).where(its.case_id == case_id, its.seq > after)
    return await store.chain(reader, mine.order_by(its.seq).limit(limit))


async def of_sandbox(reader: store.Reader, *, limit: int) -> list[UUID]:
    """Cases that the sandbox's officer may have to do with, the oldest first."""
    rows = store.cases.c
    alive = rows.status.not_in(each.value for each in moves.ENDED)
    marked = rows.required["sandbox"].astext.is_not(None)
    chosen = select(rows.id).where(alive, marked).order_by(rows.created_at, rows.id).limit(limit)
    return list((await reader.execute(chosen)).scalars())


async def due(reader: store.Reader, *, now: datetime, limit: int) -> list[UUID]:
    """Cases whose wait has run out at `now` (yard clock), the longest overdue first."""
    deadline = store.cases.c.waiting_until
    over = select(store.cases.c.id).where(deadline <= now).order_by(deadline).limit(limit)
    return list((await reader.execute(over)).scalars())
