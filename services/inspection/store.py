"""Rows to values and back. A case is read under its row's lock before it is changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.inspection import rows
from services.inspection.domain import errors, records
from services.inspection.domain.case import Case, Opening, Section
from services.inspection.tables import CaseRow, OpeningRow, RecordRow, SectionRow
from shared.contracts import derived
from shared.database import table_of
from shared.errors import StaleVersion
from shared.prepared import Statement

cases = table_of(CaseRow)
sections = table_of(SectionRow)
openings = table_of(OpeningRow)
entries = table_of(RecordRow)
_KNOWN = Statement(
    select(cases.c.requirement_id).where(
        cases.c.requirement_id == func.any(bindparam("ids", type_=ARRAY(Uuid)))
    )
)

Reader = AsyncSession | AsyncConnection


async def lock(session: AsyncSession, case_id: UUID) -> Case:
    """The case, locked until the transaction ends. Raises `CaseNotFound`."""
    found = await load(session, select(cases).where(cases.c.id == case_id).with_for_update())
    if not found:
        raise errors.CaseNotFound(case_id=case_id)
    return found[0]


async def known(session: AsyncSession, requirement_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the requirements that have a case."""
    found = await _KNOWN.run(session, {"ids": requirement_ids})
    return {row["requirement_id"] for row in found}


async def find(session: AsyncSession, requirement_id: UUID) -> Case | None:
    """The requirement's case, locked, if there is one."""
    mine = select(cases).where(cases.c.requirement_id == requirement_id).with_for_update()
    return next(iter(await load(session, mine)), None)


async def obtain(
    session: AsyncSession, requirement_id: UUID, *, filing_id: UUID, now: datetime
) -> Case:
    """The requirement's case, locked; made if this is the first that is heard of it (wall time)."""
    known = await find(session, requirement_id)
    if known is not None:
        return known
    case = Case(
        id=derived.case_id(requirement_id),
        filing_id=filing_id,
        requirement_id=requirement_id,
        created_at=now,
    )
    fresh = insert(cases).values(rows.case_values(case))
    await session.execute(fresh.on_conflict_do_nothing())
    return await lock(session, case.id)


async def save(session: AsyncSession, case: Case, *, before: Case) -> None:
    """Write what differs from `before`. Raises `StaleVersion` if the row is not as it was."""
    mine = (
        (cases.c.id == case.id)
        & (cases.c.version == before.version)
        & (cases.c.head_seq == before.head.seq)
    )
    values = rows.case_values(case)
    saved = await session.execute(update(cases).where(mine).values(values).returning(literal(1)))
    if saved.first() is None:
        raise StaleVersion(case_id=case.id)
    await _put(session, sections, rows.section_values(case, before=before), key="agency")
    await _put(session, openings, rows.opening_values(case, before=before), key="number")


async def append(
    session: AsyncSession,
    case: Case,
    notes: Iterable[records.Note],
    *,
    actor: records.Actor,
    now: records.Moment,
) -> Case:
    """Append records to the chain of a locked case; it has the new head then."""
    made = records.append(case.head, notes, case_id=case.id, actor=actor, now=now)
    if not made:
        return case
    await session.execute(insert(entries).values([rows.record_values(each) for each in made]))
    return replace(case, head=records.Head(seq=made[-1].seq, hash=made[-1].hash))


async def load(reader: Reader, which: Select[Any]) -> list[Case]:
    """The cases that a query of their rows finds, in its order."""
    found = (await reader.execute(which)).all()
    ids = [row.id for row in found]
    its_sections: dict[UUID, list[Section]] = {each: [] for each in ids}
    its_openings: dict[UUID, list[Opening]] = {each: [] for each in ids}
    if ids:
        some = select(sections).where(sections.c.case_id.in_(ids)).order_by(sections.c.agency)
        for row in await reader.execute(some):
            its_sections[row.case_id].append(rows.section_of(row))
        some = select(openings).where(openings.c.case_id.in_(ids)).order_by(openings.c.number)
        for row in await reader.execute(some):
            its_openings[row.case_id].append(rows.opening_of(row))
    return [rows.case_of(row, its_sections[row.id], its_openings[row.id]) for row in found]


async def chain(reader: Reader, which: Select[Any]) -> list[records.Record]:
    """The records that a query of their rows finds, in its order."""
    return [rows.record_of(row) for row in await reader.execute(which)]


async def _put(
    session: AsyncSession, table: Any, values: list[dict[str, Any]], *, key: str
) -> None:
    if not values:
        return
    put = insert(table).values(values)
    written = {name: put.excluded[name] for name in values[0] if name not in ("case_id", key)}
    await session.execute(put.on_conflict_do_update(index_elements=["case_id", key], set_=written))
