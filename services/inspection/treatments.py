"""Treatments as they are stored: beside their sections, so that they are found by what is due."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import store
from services.inspection.domain.case import Case
from services.inspection.domain.treatments import Treatment
from services.inspection.sharing_tables import TreatmentRow
from shared.database import table_of

TREATMENTS = table_of(TreatmentRow)
Name = tuple[UUID, str, int]
"""A case, the agency, and the treatment's number in its section."""
Key = tuple[datetime, UUID, str, int]
_its = TREATMENTS.c
_NAME = (_its.case_id, _its.agency, _its.number)


@dataclass(frozen=True)
class Listed:
    """A treatment with its case, and the yard in which it was ordered."""

    case_id: UUID
    filing_id: UUID
    yard: str | None
    agency: str
    treatment: Treatment


@dataclass(frozen=True)
class Wanted:
    """Which treatments: of a yard or agency, `settled` or still to come, told too late or not."""

    yard: str | None = None
    agency: str | None = None
    settled: bool | None = None
    overdue: bool | None = None


async def keep(session: AsyncSession, changes: Iterable[tuple[Case, Case]]) -> None:
    """Keep the treatments of cases before and after that are not as they were."""
    for before, after in changes:
        for changed in _changed(before, after):
            put = insert(TREATMENTS).values(changed)
            later = {name: put.excluded[name] for name in ("settled_at", "overdue_at", "treatment")}
            put = put.on_conflict_do_update(
                index_elements=["case_id", "agency", "number"], set_=later
            )
            await session.execute(put)


def _changed(before: Case, after: Case) -> Iterator[dict[str, Any]]:
    for section in after.sections:
        was = before.section(section.agency)
        for each in section.treatments:
            if was is not None and each in was.treatments:
                continue
            yield row(after, section.agency, each)


def row(case: Case, agency: str, its: Treatment) -> dict[str, Any]:
    """The columns of a treatment that is ordered or changed now."""
    return {
        "case_id": case.id,
        "agency": agency,
        "number": its.number,
        "yard": case.slot.yard if case.slot else None,
        "due": its.due,
        "settled_at": its.result.at if its.result else its.cancelled_at,
        "overdue_at": its.overdue_at,
        "treatment": its.model_dump(mode="json"),
    }


async def due(reader: store.Reader, *, now: datetime, after: Name | None, limit: int) -> list[Name]:
    """Treatments whose time is over at `now` (yard clock) and that nobody has marked yet."""
    late = select(*_NAME).where(
        _its.settled_at.is_(None), _its.overdue_at.is_(None), _its.due <= now
    )
    if after is not None:
        late = late.where(tuple_(*_NAME) > after)
    rows = await reader.execute(late.order_by(*_NAME).limit(limit))
    return [(each.case_id, each.agency, each.number) for each in rows]


async def find(
    reader: store.Reader, wanted: Wanted, *, after: Key | None, limit: int
) -> list[Listed]:
    """Treatments, those due first first."""
    which: list[ColumnElement[bool]] = []
    if wanted.yard is not None:
        which.append(_its.yard == wanted.yard)
    if wanted.agency is not None:
        which.append(_its.agency == wanted.agency)
    if wanted.settled is not None:
        which.append(_its.settled_at.is_not(None) == wanted.settled)
    if wanted.overdue is not None:
        which.append(_its.overdue_at.is_not(None) == wanted.overdue)
    key = (_its.due, *_NAME)
    if after is not None:
        which.append(tuple_(*key) > after)
    some = (
        select(TREATMENTS, store.cases.c.filing_id)
        .join(store.cases, store.cases.c.id == _its.case_id)
        .where(*which)
        .order_by(*key)
        .limit(limit)
    )
    return [
        Listed(
            each["case_id"],
            each["filing_id"],
            each["yard"],
            each["agency"],
            Treatment.model_validate(each["treatment"]),
        )
        for each in (await reader.execute(some)).mappings()
    ]
