"""What is stored of some cases, read at one moment: their records, and the rows beside these.

JSON comes as its text: of a record that is what was hashed, and of rows not all is looked into.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Select, Table, Text, Uuid, bindparam, cast, select

from services.inspection import measures, store
from services.inspection.domain.signing import Key
from services.inspection.keys import KEYS
from services.inspection.verifying.lists import FOLLOWS
from shared.prepared import On, Row, Statement

CASES_AT_ONCE = 500
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)

_after, _until = (bindparam(name, type_=Uuid()) for name in ("after", "until"))


def _column(column: Any) -> Any:
    is_json = isinstance(column.type, JSON)
    return cast(column, Text).label(column.name) if is_json else column


def _of_range(table: Table, case_id: ColumnElement[UUID], *more: Any) -> Select[Any]:
    columns = [_column(each) for each in table.columns]
    return select(*columns, *more).where(case_id > _after, case_id <= _until)


def _rows_of(table: Table) -> Statement:
    if table is store.cases:
        return Statement(_of_range(table, table.c.id))
    if table is measures.AGENCIES:
        its = measures.INSPECTIONS.c
        both = table.join(measures.INSPECTIONS, its.filing_id == table.c.filing_id)
        return Statement(_of_range(table, its.case_id, its.case_id).select_from(both))
    return Statement(_of_range(table, table.c.case_id))


_ROWS = {name: _rows_of(table) for name, table in FOLLOWS.items()}
_its = store.entries.c
_RECORDS = Statement(
    select(*[_column(each) for each in store.written])
    .where(_its.case_id > _after, _its.case_id <= _until)
    .order_by(_its.case_id, _its.seq)
)
_ids = store.cases.c.id
_NEXT = Statement(
    select(_ids)
    .where(_ids > _after, _ids <= _until)
    .order_by(_ids)
    .offset(CASES_AT_ONCE - 1)
    .limit(1)
)
_OFFICERS = Statement(select(KEYS))


@dataclass
class Stored:
    """What there is of one case: its records in their order, and its rows by their table."""

    records: Sequence[tuple[Any, ...]] = ()
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))


async def end_of(on: On, *, after: UUID, until: UUID) -> UUID:
    """The last of the next so many cases, or `until` where there are fewer."""
    found = await _NEXT.run(on, {"after": after, "until": until})
    return found[0]["id"] if found else until


async def some(on: On, *, after: UUID, until: UUID) -> dict[UUID, Stored]:
    """All there is of cases behind the one and up to the other, by case."""
    span = {"after": after, "until": until}
    found: defaultdict[UUID, Stored] = defaultdict(Stored)
    records = [tuple(each.values()) for each in await _RECORDS.run(on, span)]
    for case_id, its in groupby(records, key=itemgetter(0)):
        found[case_id].records = list(its)
    for name, rows in _ROWS.items():
        for row in await rows.run(on, span):
            found[row["id" if name == "cases" else "case_id"]].rows[name].append(row)
    return found


async def officers(on: On) -> Mapping[UUID, Key]:
    """Every key that was ever registered, by its id."""
    return {row["id"]: Key(**dict(row)) for row in await _OFFICERS.run(on)}
