"""Alarms as they are stored: beside the record of each one, how far it was acknowledged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import store
from services.inspection.domain import alarms, records
from services.inspection.domain.alarms import Acknowledgement, Alarm
from services.inspection.domain.case import Case
from services.inspection.domain.records import Record
from services.inspection.sharing_tables import AcknowledgementRow, AlarmRow
from shared.contracts.values import Finding
from shared.database import table_of

ALARMS, ACKNOWLEDGEMENTS = table_of(AlarmRow), table_of(AcknowledgementRow)
Key = tuple[datetime, UUID, int]
Name = tuple[UUID, int]
"""A case, and the number of the alarm's record in it."""


@dataclass(frozen=True)
class Listed:
    """An alarm with its case, and the yard in which it was raised."""

    case_id: UUID
    filing_id: UUID
    yard: str | None
    alarm: Alarm


@dataclass(frozen=True)
class Wanted:
    """Which alarms: of a yard, `settled` by all agencies or not, `overdue` or not."""

    yard: str | None = None
    settled: bool | None = None
    overdue: bool | None = None


async def keep(session: AsyncSession, made: Iterable[Record], cases: Iterable[Case]) -> None:
    """Keep the alarms among records that were just made."""
    yards = {case.id: case.slot.yard if case.slot else None for case in cases}
    rows = [
        {
            "case_id": each.case_id,
            "record": each.seq,
            "yard": yards[each.case_id],
            "agency": each.payload["agency"],
            "findings": each.payload["findings"],
            "found_at": records.moment(each.payload["found_at"]),
            "acknowledge_by": records.moment(each.payload["acknowledge_by"]),
        }
        for each in made
        if each.kind == alarms.RAISED
    ]
    if rows:
        await session.execute(insert(ALARMS), rows)


async def of_case(session: AsyncSession, case_id: UUID, record: int) -> Alarm:
    """An alarm of a case that is locked. Raises AlarmNotFound."""
    its = ALARMS.c
    found = await _listed(session, [its.case_id == case_id, its.record == record], limit=1)
    if not found:
        raise alarms.AlarmNotFound(record=record)
    return found[0].alarm


async def acknowledged(
    session: AsyncSession, name: Name, told: Acknowledgement, *, settled: bool
) -> None:
    """Keep that an agency has seen it; `settled`: every agency has now."""
    case_id, record = name
    row = {"case_id": case_id, "record": record, "agency": told.agency, "subject": told.by}
    await session.execute(insert(ACKNOWLEDGEMENTS).values({**row, "at": told.at}))
    if settled:
        await session.execute(update(ALARMS).where(_of(name)).values(settled_at=told.at))


async def overdue(session: AsyncSession, name: Name, *, at: datetime) -> None:
    """Keep that it was not acknowledged in time."""
    await session.execute(update(ALARMS).where(_of(name)).values(overdue_at=at))


async def due(reader: store.Reader, *, now: datetime, after: Name | None, limit: int) -> list[Name]:
    """Alarms whose time is over at `now` (yard clock) and that nobody has marked yet, by name."""
    its = ALARMS.c
    late = select(its.case_id, its.record).where(
        its.settled_at.is_(None), its.overdue_at.is_(None), its.acknowledge_by <= now
    )
    if after is not None:
        late = late.where(tuple_(its.case_id, its.record) > after)
    rows = await reader.execute(late.order_by(its.case_id, its.record).limit(limit))
    return [(row.case_id, row.record) for row in rows]


async def find(
    reader: store.Reader, wanted: Wanted, *, after: Key | None, limit: int
) -> list[Listed]:
    """Alarms, the oldest first."""
    its = ALARMS.c
    which: list[ColumnElement[bool]] = []
    if wanted.yard is not None:
        which.append(its.yard == wanted.yard)
    if wanted.settled is not None:
        which.append(its.settled_at.is_not(None) == wanted.settled)
    if wanted.overdue is not None:
        which.append(its.overdue_at.is_not(None) == wanted.overdue)
    if after is not None:
        which.append(tuple_(its.found_at, its.case_id, its.record) > after)
    return await _listed(reader, which, limit=limit)


async def _listed(
    reader: store.Reader, which: Sequence[ColumnElement[bool]], *, limit: int
) -> list[Listed]:
    its, theirs = ALARMS.c, ACKNOWLEDGEMENTS.c
    some = (
        select(ALARMS, store.cases.c.filing_id)
        .join(store.cases, store.cases.c.id == its.case_id)
        .where(*which)
        .order_by(its.found_at, its.case_id, its.record)
        .limit(limit)
    )
    rows = (await reader.execute(some)).mappings().all()
    names = [(row["case_id"], row["record"]) for row in rows]
    seen: dict[Name, list[Acknowledgement]] = {name: [] for name in names}
    of_these = select(ACKNOWLEDGEMENTS).where(tuple_(theirs.case_id, theirs.record).in_(names))
    for each in (await reader.execute(of_these.order_by(theirs.at, theirs.agency))).mappings():
        told = Acknowledgement(each["agency"], each["subject"], each["at"])
        seen[each["case_id"], each["record"]].append(told)
    return [_one(row, seen[row["case_id"], row["record"]]) for row in rows]


def _one(row: Any, acknowledged: Sequence[Acknowledgement]) -> Listed:
    alarm = Alarm(
        record=row["record"],
        agency=row["agency"],
        findings=tuple(Finding.model_validate(each) for each in row["findings"]),
        found_at=row["found_at"],
        acknowledge_by=row["acknowledge_by"],
        overdue_at=row["overdue_at"],
        acknowledged=tuple(acknowledged),
    )
    return Listed(row["case_id"], row["filing_id"], row["yard"], alarm)


def _of(name: Name) -> ColumnElement[bool]:
    return tuple_(ALARMS.c.case_id, ALARMS.c.record) == name
