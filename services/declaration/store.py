"""Filings as rows: load, insert, and save the steps they take."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, Integer, Update, Uuid, and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration import contents, rows
from services.declaration.domain.filing import Filing, Step
from services.declaration.domain.history import Deed
from services.declaration.tables import ACTS, FILINGS, RECEIPTS
from shared import errors, prepared
from shared.ids import Ids
from shared.messaging import outbox
from shared.prepared import Row, Statement

SOURCE = "declaration"
CHANGING = (
    *("status", "version", "receipts", "acts", "questions", "open_questions"),
    *("pending", "reason", "requirement", "opened", "told", "changed_at"),
)
RECEIPT = tuple(each.name for each in RECEIPTS.c if each.name not in {"seq", "number"})
WITH_CONTENT = ("filing_version", "reference", "content")


_LOCKED = Statement(
    select(FILINGS)
    .where(FILINGS.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(FILINGS.c.id)
    .with_for_update()
)


@dataclass(frozen=True)
class Saving:
    """Steps of one filing that are stored together, with the rows of their events and acts."""

    before: Filing
    step: Step
    events: tuple[dict[str, object], ...] = ()
    acts: tuple[Mapping[str, Any], ...] = ()

    def then(self, step: Step, deed: Deed, *, ids: Ids, now: datetime) -> "Saving":
        """Also this step, which the deed led to and what is being done now caused."""
        told = outbox.rows(
            step.events, version=step.filing.version, source=SOURCE, ids=ids, now=now
        )
        filing = replace(step.filing, acts=step.filing.acts + 1)
        act = rows.act(deed, filing, receipts=len(step.notes), now=now)
        notes = (*self.step.notes, *step.notes)
        then = replace(step, filing=filing, notes=notes)
        return Saving(self.before, then, (*self.events, *told), (*self.acts, act))


@cache
def _writing(*, content: bool, notes: int, events: int, acts: int) -> Statement:
    """A filing's row and all that is only ever added to, in one statement."""
    others = contents.parts() if content else []
    if notes:
        written = prepared.insertion(RECEIPTS, columns=RECEIPT, prefix="note_", rows=notes)
        others.append(written)
    if acts:
        others.append(prepared.insertion(ACTS, prefix="act_", rows=acts))
    if events:
        others.append(outbox.part(events))
    row = _update(content=content).returning(FILINGS.c.id)
    return prepared.together(row, *others)


def _update(*, content: bool) -> Update:
    """An update of a filing that is still at the version `was`, with `had` receipts."""
    unchanged = and_(
        FILINGS.c.id == bindparam("id", type_=Uuid),
        FILINGS.c.version == bindparam("was", type_=Integer),
        FILINGS.c.receipts == bindparam("had", type_=Integer),
    )
    columns = (*CHANGING, *(WITH_CONTENT if content else ()))
    values = {name: bindparam(name, type_=FILINGS.c[name].type) for name in columns}
    return update(FILINGS).where(unchanged).values(values)


class FilingNotFound(errors.NotFound):
    """There is no such filing, or you may not see it."""

    zh = "申报单不存在，或您无权查看。"


class ReferenceTaken(errors.Conflict):
    """You have filed another consignment under this reference."""

    zh = "该客户端编号已用于另一份申报单。"
    mend = "Use a reference of its own for each filing, or amend the one that has it."
    mend_zh = "每份申报单请使用不同的编号，或修改已有的申报单。"


def of(row: Row) -> Filing:
    """The filing in a row."""
    return rows.filing(row)


async def get(connection: AsyncConnection | AsyncSession, filing_id: UUID) -> Filing:
    """A filing as it stands. Raises FilingNotFound."""
    chosen = await connection.execute(select(FILINGS).where(FILINGS.c.id == filing_id))
    found = chosen.mappings().first()
    if found is None:
        raise FilingNotFound(filing_id=filing_id)
    return of(dict(found))


async def locked(session: AsyncSession, filing_id: UUID) -> Filing:
    """A filing, for changing it: nobody else can until the transaction ends."""
    found = await all_locked(session, [filing_id])
    if not found:
        raise FilingNotFound(filing_id=filing_id)
    return found[0]


async def all_locked(session: AsyncSession, filing_ids: Collection[UUID]) -> list[Filing]:
    """Those of the filings that there are, as `locked`. They are locked in the order of their ids,
    so that two who want several of them do not wait for each other.
    """
    return [of(row) for row in await _LOCKED.run(session, {"ids": list(filing_ids)})]


async def save(
    session: AsyncSession, before: Filing, step: Step, deed: Deed, *, ids: Ids, now: datetime
) -> Filing:
    """Store what a deed leads to. `before` is what it started from. Raises StaleVersion."""
    saving = Saving(before, Step(before)).then(step, deed, ids=ids, now=now)
    await save_all(session, [saving], now=now)
    return saving.step.filing


async def save_all(session: AsyncSession, savings: Sequence[Saving], *, now: datetime) -> None:
    """Store the steps of several filings. Raises StaleVersion."""
    shapes: dict[Shape, list[Saving]] = {}
    for each in savings:
        shapes.setdefault(_shape(each), []).append(each)
    for (content, notes, events, acts), some in shapes.items():
        stale = errors.StaleVersion(filing_id=some[0].before.id, version=some[0].before.version)
        writing = _writing(content=content, notes=notes, events=events, acts=acts)
        try:
            saved = await writing.run_many(session, [_values(each, now=now) for each in some])
        except asyncpg.UniqueViolationError as error:
            # Somebody else's step has taken the next numbers of receipts, acts or events.
            if error.table_name == FILINGS.name:
                raise
            raise stale from error
        if len(saved) < len(some):
            raise stale
        if events:
            outbox.appended()


Shape = tuple[bool, int, int, int]
"""Whether there is a new content; how many receipts, events and acts."""


def _shape(saving: Saving) -> Shape:
    content = saving.step.filing.filing_version != saving.before.filing_version
    return content, len(saving.step.notes), len(saving.events), len(saving.acts)


def _values(saving: Saving, *, now: datetime) -> dict[str, Any]:
    """The filing, content, receipts and events of a saving; no row if the filing has changed."""
    filing, before = saving.step.filing, saving.before
    content, notes, *_ = _shape(saving)
    said = rows.told(saving.step, first=filing.receipts - notes + 1, now=now)
    values = {
        **rows.of(filing),
        "was": before.version,
        "had": before.receipts,
        **prepared.named(said, prefix="note_"),
        **prepared.named(saving.events, prefix="event_"),
        **prepared.named(saving.acts, prefix="act_"),
    }
    return values | (contents.values(before, filing, now=now) if content else {})
