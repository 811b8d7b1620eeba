"""What is noted is appended to the chains of locked cases: written as the next is made."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from asyncpg import UniqueViolationError
from sqlalchemy import ARRAY, Column, ColumnElement, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import JSON, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import rows
from services.inspection.domain import records
from services.inspection.domain.case import Case, Change
from services.inspection.domain.results import IdTaken
from services.inspection.store import entries, written
from shared.ahead import Ahead
from shared.prepared import Statement

_APPEND = Statement(insert(entries), columns=[each.name for each in written])


def _of_many(column: Column[Any]) -> ColumnElement[Any]:
    """A column's values for many rows at once; JSON goes as text."""
    if column.name in rows.OF_ALL:
        return bindparam(column.name, type_=column.type)
    of_json = isinstance(column.type, JSON)
    values = func.unnest(bindparam(column.name, type_=ARRAY(Text if of_json else column.type)))
    return cast(values, JSON) if of_json else values


_APPEND_MANY = Statement(
    insert(entries).from_select(
        [each.name for each in written], select(*[_of_many(each) for each in written])
    )
)
MANY = 16
"""From so many rows on, one statement with arrays costs less than one for each row."""
PORTION = 100
"""So many rows are written while the next are made."""

Made = tuple[records.Record, str]
"""A record, and the text of its payload."""


class Appended(NamedTuple):
    """A case before and after a change, with its new head, and the records of that."""

    before: Case
    change: Change
    case: Case
    records: Sequence[records.Record]


async def append(
    session: AsyncSession,
    changes: Iterable[tuple[Case, Change]],
    *,
    actor: records.Actor,
    now: records.Moment,
) -> list[Appended]:
    """Append what is noted to the chains of locked cases.

    Changes are taken one by one, so that whoever makes them does so while the database writes
    those before. Raises IdTaken where a client's id is already that of a record of another case.
    """
    found: list[Appended] = []
    waiting: list[Made] = []
    try:
        async with Ahead() as write:
            for before, change in changes:
                case = change.case
                made = list(
                    records.chained(case.head, change.notes, case_id=case.id, actor=actor, now=now)
                )
                last = made[-1][0] if made else case.head
                chained = replace(case, head=records.Head(seq=last.seq, hash=last.hash))
                found.append(Appended(before, change, chained, [record for record, _ in made]))
                waiting += made
                if len(waiting) >= PORTION:
                    await write.begin(_write(session, waiting))
                    waiting = []
        await _write(session, waiting)
    except UniqueViolationError as taken:
        if taken.constraint_name == "case_records_client_id":
            raise IdTaken from taken
        raise
    return found


async def _write(session: AsyncSession, made: Sequence[Made]) -> None:
    if len(made) < MANY:
        await _APPEND.run_many(session, [rows.record_values(*each) for each in made])
    else:
        await _APPEND_MANY.run(session, rows.columns_of_records(made))
