"""Rows to values and back. A case is read under its row's lock before it is changed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.inspection import rows
from services.inspection.domain import errors, records
from services.inspection.domain.case import Case, Opening, Section
from services.inspection.tables import CaseRow, OpeningRow, RecordRow, SectionRow
from shared.contracts import derived
from shared.database import table_of
from shared.errors import StaleVersion
from shared.prepared import Row, Statement

cases = table_of(CaseRow)
sections = table_of(SectionRow)
openings = table_of(OpeningRow)
entries = table_of(RecordRow)
_KNOWN = Statement(
    select(cases.c.requirement_id)
    .where(cases.c.requirement_id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(cases.c.requirement_id)
    .with_for_update()
)
_ids = bindparam("ids", type_=ARRAY(Uuid))
_locked = select(cases).with_for_update()
_LOCK = Statement(_locked.where(cases.c.id == bindparam("id", type_=Uuid)))
_LOCK_ALL = Statement(_locked.where(cases.c.id == func.any(_ids)).order_by(cases.c.requirement_id))
_FIND = Statement(_locked.where(cases.c.requirement_id == bindparam("id", type_=Uuid)))
_SECTIONS = Statement(
    select(sections).where(sections.c.case_id == func.any(_ids)).order_by(sections.c.agency)
)
_OPENINGS = Statement(
    select(openings).where(openings.c.case_id == func.any(_ids)).order_by(openings.c.number)
)
_INSERT = Statement(insert(cases).on_conflict_do_nothing(), columns=cases.columns.keys())
_HEADS = {"case_id": Uuid, "was": Integer, "had": Integer, "head_seq": Integer, "head_hash": Text}
_UPDATE = Statement(
    update(cases)
    .where(
        cases.c.id == bindparam("case_id", type_=Uuid),
        cases.c.version == bindparam("was", type_=Integer),
        cases.c.head_seq == bindparam("had", type_=Integer),
    )
    .values({each.name: bindparam(each.name, type_=each.type) for each in cases.columns})
    .returning(literal(1))
)
_moved = (
    func.unnest(*[bindparam(name, type_=ARRAY(kind)) for name, kind in _HEADS.items()])
    .table_valued(*[column(name, kind) for name, kind in _HEADS.items()])
    .render_derived(name="moved")
)
_MOVE_HEADS = Statement(
    update(cases)
    .where(
        cases.c.id == _moved.c.case_id,
        cases.c.version == _moved.c.was,
        cases.c.head_seq == _moved.c.had,
    )
    .values(head_seq=_moved.c.head_seq, head_hash=_moved.c.head_hash)
    .returning(literal(1))
)
_OF_KINDS = Statement(
    select(entries)
    .where(
        entries.c.case_id == func.any(_ids),
        entries.c.kind == func.any(bindparam("kinds", type_=ARRAY(Text))),
    )
    .order_by(entries.c.case_id, entries.c.seq)
)
written = [each for each in entries.columns if each is not entries.c.number]


def _put(table: Table, *, key: str) -> Statement:
    put = insert(table)
    names = [each.name for each in table.columns if each.name not in ("case_id", key)]
    written = {name: put.excluded[name] for name in names}
    put = put.on_conflict_do_update(index_elements=["case_id", key], set_=written)
    return Statement(put, columns=table.columns.keys())


_PUT_SECTION = _put(sections, key="agency")
_PUT_OPENING = _put(openings, key="number")

HAS_ID = text("(payload ->> 'id') IS NOT NULL")
"""Of records with an id of their client's own: what their index is about."""

Reader = AsyncSession | AsyncConnection


async def lock(session: AsyncSession, case_id: UUID) -> Case:
    """The case, locked until the transaction ends. Raises `CaseNotFound`."""
    found = await _whole(session, await _LOCK.run(session, {"id": case_id}))
    if not found:
        raise errors.CaseNotFound(case_id=case_id)
    return found[0]


async def lock_all(session: AsyncSession, case_ids: Iterable[UUID]) -> dict[UUID, Case]:
    """Those of the cases that there are, locked until the end, in the order that `known` keeps."""
    found = await _whole(session, await _LOCK_ALL.run(session, {"ids": list(case_ids)}))
    return {each.id: each for each in found}


async def known(session: AsyncSession, requirement_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the requirements that have a case, which are locked, in an order all keep."""
    found = await _KNOWN.run(session, {"ids": requirement_ids})
    return {row["requirement_id"] for row in found}


async def find(session: AsyncSession, requirement_id: UUID) -> Case | None:
    """The requirement's case, locked, if there is one."""
    found = await _whole(session, await _FIND.run(session, {"id": requirement_id}))
    return found[0] if found else None


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
    await _INSERT.run(session, rows.case_values(case))
    return await lock(session, case.id)


async def save(session: AsyncSession, cases: Sequence[Case], *, befores: Sequence[Case]) -> None:
    """Write what differs from what was before. Raises `StaleVersion` if a row is not as it was."""
    pairs = list(zip(cases, befores, strict=True))
    updates, heads = [], []
    for case, before in pairs:
        was = {"case_id": case.id, "was": before.version, "had": before.head.seq}
        if replace(case, head=before.head) == before:
            heads.append({**was, "head_seq": case.head.seq, "head_hash": case.head.hash})
        else:
            updates.append({**rows.case_values(case), **was})
    done = await _UPDATE.run_many(session, updates)
    if heads:
        columns = {name: [row[name] for row in heads] for name in _HEADS}
        done += await _MOVE_HEADS.run(session, columns)
    if len(done) != len(pairs):
        raise StaleVersion(cases=[each.id for each in cases])
    put = [row for case, before in pairs for row in rows.section_values(case, before=before)]
    await _PUT_SECTION.run_many(session, put)
    put = [row for case, before in pairs for row in rows.opening_values(case, before=before)]
    await _PUT_OPENING.run_many(session, put)


async def load(reader: Reader, which: Select[Any]) -> list[Case]:
    """The cases that a query of their rows finds, in its order."""
    return await _whole(reader, list((await reader.execute(which)).mappings()))


async def _whole(reader: Reader, found: Sequence[Row]) -> list[Case]:
    """The cases of these rows, with their sections and openings."""
    if not found:
        return []
    ids = [row["id"] for row in found]
    its_sections: dict[UUID, list[Section]] = {each: [] for each in ids}
    its_openings: dict[UUID, list[Opening]] = {each: [] for each in ids}
    for row in await _SECTIONS.run(reader, {"ids": ids}):
        its_sections[row["case_id"]].append(rows.section_of(row))
    for row in await _OPENINGS.run(reader, {"ids": ids}):
        its_openings[row["case_id"]].append(rows.opening_of(row))
    return [rows.case_of(row, its_sections[row["id"]], its_openings[row["id"]]) for row in found]


async def chain(reader: Reader, which: Select[Any]) -> list[records.Record]:
    """The records that a query of their rows finds, in its order."""
    return [rows.record_of(row) for row in (await reader.execute(which)).mappings()]


async def of_kinds(
    reader: Reader, case_ids: Collection[UUID], kinds: Iterable[str]
) -> list[records.Record]:
    """The cases' records of these kinds, each case's in their order."""
    found = await _OF_KINDS.run(reader, {"ids": list(case_ids), "kinds": list(kinds)})
    return [rows.record_of(row) for row in found]


async def record(reader: Reader, case_id: UUID, seq: int) -> records.Record | None:
    """One record of a case by its number, if there is one."""
    its = entries.c
    found = await chain(reader, select(entries).where(its.case_id == case_id, its.seq == seq))
    return found[0] if found else None
