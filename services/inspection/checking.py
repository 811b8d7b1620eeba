"""Checklists and answers as they are stored: editions in a table, answers in the records."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import marks, store
from services.inspection.domain import answered, checklists, correcting, founding, results
from services.inspection.domain.case import Case, Section
from services.inspection.domain.checklists import Edition, Item
from services.inspection.domain.records import Record
from services.inspection.tables import ChecklistRow
from shared.database import table_of
from shared.prepared import Statement

_EDITIONS = table_of(ChecklistRow)
_WRITTEN = Statement(select(_EDITIONS).order_by(_EDITIONS.c.version))
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


@dataclass(frozen=True)
class Checklist:
    """What is asked of a case on its day, and what was answered; `marked`: as an investigation."""

    items: tuple[Item, ...]
    answers: tuple[results.Kept, ...]
    marked: frozenset[UUID] = frozenset()

    def of(self, case: Case, section: Section) -> tuple[Item, ...]:
        """The items of a section."""
        return checklists.chosen(self.items, case, section)

    def answers_of(self, agency: str) -> list[results.Kept]:
        """An agency's answers, in their order."""
        return [each for each in self.answers if each.agency == agency]

    def book(self, case: Case, section: Section) -> results.Book:
        """What a section is asked, to be answered."""
        return results.Book.of(self.of(case, section), self.answers, marked=self.marked)

    def left(self, case: Case, section: Section, covered: Collection[str]) -> answered.Left:
        """What is left before the agency concludes on these containers."""
        answers = self.answers_of(section.agency)
        return answered.left(self.of(case, section), answers, covered=covered)


async def editions(reader: store.Reader, *, agency: str | None = None) -> list[Edition]:
    """Every edition of every item, those that come along first; of one agency if it is named."""
    written = [
        Edition(
            item=Item.model_validate(row["item"]),
            version=row["version"],
            valid_from=row["valid_from"],
            withdrawn=row["withdrawn"],
        )
        for row in await _WRITTEN.run(reader)
    ]
    every = [*founding.EDITIONS, *written]
    return [each for each in every if agency in (None, each.item.agency)]


async def write(
    session: AsyncSession,
    item: Item,
    *,
    valid_from: date,
    withdrawn: bool,
    author: str,
    today: date,
    now: datetime,
) -> Edition:
    """Keep another edition of an item, `now` on the wall. Raises EditionPast."""
    if valid_from < today:
        raise checklists.EditionPast(pointer="/valid_from", today=today)
    await session.execute(_ALONE, {"name": f"checklist {item.agency} {item.code}"})
    its = _EDITIONS.c
    newest = select(func.max(its.version)).where(its.agency == item.agency, its.code == item.code)
    version = ((await session.execute(newest)).scalar() or 0) + 1
    row = {
        "agency": item.agency,
        "code": item.code,
        "version": version,
        "valid_from": valid_from,
        "withdrawn": withdrawn,
        "item": item.model_dump(mode="json"),
        "author": author,
        "written_at": now,
    }
    await session.execute(insert(_EDITIONS).values(row))
    return Edition(item, version=version, valid_from=valid_from, withdrawn=withdrawn)


async def of_case(reader: store.Reader, case: Case, *, now: datetime, zone: ZoneInfo) -> Checklist:
    """A case's checklist, `now` on the yard clock."""
    return (await of_cases(reader, [case], now=now, zone=zone))[case.id]


async def of_cases(
    reader: store.Reader, cases: Collection[Case], *, now: datetime, zone: ZoneInfo
) -> dict[UUID, Checklist]:
    """Each case's checklist by the case's id, `now` on the yard clock."""
    every = await editions(reader)
    kinds = (results.KIND, correcting.CORRECTED)
    ids = [case.id for case in cases]
    found = await store.of_kinds(reader, ids, kinds)
    kept_back = await marks.of_cases(reader, ids)
    by_case: dict[UUID, list[Record]] = {case.id: [] for case in cases}
    for each in found:
        by_case[each.case_id].append(each)
    made = {}
    for case in cases:
        day = checklists.day_of(case, now=now, zone=zone)
        items = tuple(each.item for each in checklists.in_force(every, on=day))
        answers = tuple(answered.of_records(by_case[case.id]))
        hidden = kept_back[case.id]
        marked = frozenset(each.result.id for each in answers if each.seq in hidden)
        made[case.id] = Checklist(items, answers, marked)
    return made
