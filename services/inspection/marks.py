"""Which records are marked as investigations, and whom they are kept from."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, bindparam, delete, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import store
from services.inspection.sharing_tables import MarkRow
from shared.auth.principal import Principal, Role
from shared.database import table_of
from shared.prepared import Statement

MARKS = table_of(MarkRow)
_OF_CASES = Statement(
    select(MARKS).where(MARKS.c.case_id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
)


async def keep(session: AsyncSession, case_id: UUID, seqs: Iterable[int], *, agency: str) -> None:
    """Mark records of a locked case for an agency; those that are marked stay so."""
    rows = [{"case_id": case_id, "seq": seq, "agency": agency} for seq in seqs]
    await session.execute(insert(MARKS).on_conflict_do_nothing(), rows)


async def drop(session: AsyncSession, case_id: UUID, seqs: Collection[int]) -> None:
    """Take marks away."""
    its = MARKS.c
    await session.execute(delete(MARKS).where(its.case_id == case_id, its.seq.in_(seqs)))


async def of_cases(
    reader: store.Reader, case_ids: Collection[UUID], *, but: str | None = None
) -> dict[UUID, set[int]]:
    """The marked records of cases, by case; without those of the agency `but`."""
    found: dict[UUID, set[int]] = {each: set() for each in case_ids}
    for row in await _OF_CASES.run(reader, {"ids": list(case_ids)}):
        if but is None or row["agency"] != but:
            found[row["case_id"]].add(row["seq"])
    return found


async def hidden(reader: store.Reader, case_id: UUID, who: Principal) -> set[int]:
    """The records of a case that somebody may not see; an auditor sees all."""
    if sees_all(who):
        return set()
    return (await of_cases(reader, [case_id], but=who.agency))[case_id]


def shown_to(who: Principal) -> ColumnElement[bool]:
    """The condition by which a record is not kept from somebody, at the moment it is read."""
    if sees_all(who):
        return true()
    its, of_case = MARKS.c, store.entries.c
    same = and_(its.case_id == of_case.case_id, its.seq == of_case.seq)
    return ~select(its.seq).where(same, its.agency.is_distinct_from(who.agency)).exists()


def sees_all(who: Principal) -> bool:
    """Whether no investigation is kept from somebody."""
    return who.role is Role.AUDITOR


async def marked(reader: store.Reader, case_id: UUID, seq: int) -> bool:
    """Whether a record is marked."""
    its = MARKS.c
    one = select(its.seq).where(and_(its.case_id == case_id, its.seq == seq))
    return (await reader.execute(one)).first() is not None
