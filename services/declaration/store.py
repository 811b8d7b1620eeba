"""Filings as rows: load, insert, and save the steps they take."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, and_, bindparam, literal, select, update
from sqlalchemy import Sequence as DatabaseSequence
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration.domain import receipts
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing, Pending, Requirement, Step
from services.declaration.domain.moves import Status
from services.declaration.domain.receipts import Note
from services.declaration.tables import CONTENTS, FILINGS, RECEIPTS
from shared import errors
from shared.contracts.values import Mode, Purpose, Said
from shared.ids import Ids
from shared.messaging import outbox
from shared.prepared import Row, Statement, json_of

SOURCE = "declaration"
NUMBERS = DatabaseSequence("filing_receipt_numbers")
CHANGING = ("status", "version", "receipts", "pending", "reason", "requirement", "changed_at")


def _update(*columns: str) -> Statement:
    """An update of a filing that is still at the version `was`, with `had` receipts."""
    unchanged = and_(
        FILINGS.c.id == bindparam("id", type_=Uuid),
        FILINGS.c.version == bindparam("was", type_=Integer),
        FILINGS.c.receipts == bindparam("had", type_=Integer),
    )
    values = {name: bindparam(name, type_=FILINGS.c[name].type) for name in columns}
    return Statement(update(FILINGS).where(unchanged).values(values).returning(literal(1)))


_NUMBER = Statement(select(NUMBERS.next_value().label("number")))
_LOCKED = Statement(
    select(FILINGS).where(FILINGS.c.id == bindparam("id", type_=Uuid)).with_for_update()
)
_INSERT = Statement(
    insert(FILINGS).on_conflict_do_nothing(constraint="filings_reference").returning(literal(1)),
    columns=FILINGS.columns.keys(),
)
_UPDATE = _update(*CHANGING)
_UPDATE_WITH_CONTENT = _update(*CHANGING, "filing_version", "reference", "content")
_KEEP = Statement(insert(CONTENTS), columns=CONTENTS.columns.keys())
_TELL = Statement(insert(RECEIPTS), columns=RECEIPTS.columns.keys())


class FilingNotFound(errors.NotFound):
    """There is no such filing, or you may not see it."""

    zh = "申报单不存在，或您无权查看。"


class ReferenceTaken(errors.Conflict):
    """You have filed another consignment under this reference."""

    zh = "该客户端编号已用于另一份申报单。"
    mend = "Use a reference of its own for each filing, or amend the one that has it."
    mend_zh = "每份申报单请使用不同的编号，或修改已有的申报单。"


async def next_number(session: AsyncSession) -> int:
    """The next number of the year's receipts; one that is not used leaves a gap."""
    (found,) = await _NUMBER.run(session)
    return int(found["number"])


async def get(connection: AsyncConnection | AsyncSession, filing_id: UUID) -> Filing:
    """A filing as it stands. Raises FilingNotFound."""
    rows = await connection.execute(select(FILINGS).where(FILINGS.c.id == filing_id))
    found = rows.mappings().first()
    return _found(None if found is None else dict(found), filing_id)


async def locked(session: AsyncSession, filing_id: UUID) -> Filing:
    """A filing, for changing it: nobody else can until the transaction ends."""
    rows = await _LOCKED.run(session, {"id": filing_id})
    return _found(rows[0] if rows else None, filing_id)


async def insert_first(session: AsyncSession, step: Step, *, ids: Ids, now: datetime) -> Filing:
    """Store a filing that was just accepted. Raises ReferenceTaken."""
    filing = step.filing
    if not await _INSERT.run(session, _row(filing)):
        raise ReferenceTaken(pointer="/reference", reference=filing.reference)
    await _append(session, step, content_changed=True, ids=ids, now=now)
    return filing


async def save(
    session: AsyncSession, before: Filing, step: Step, *, ids: Ids, now: datetime
) -> Filing:
    """Store what a step leads to. `before` is what it started from. Raises StaleVersion."""
    filing = step.filing
    content_changed = filing.filing_version != before.filing_version
    update_of = _UPDATE_WITH_CONTENT if content_changed else _UPDATE
    was = {"was": before.version, "had": before.receipts}
    if not await update_of.run(session, _row(filing) | was):
        raise errors.StaleVersion(filing_id=filing.id, version=before.version)
    await _append(session, step, content_changed=content_changed, ids=ids, now=now)
    return filing


async def _append(
    session: AsyncSession, step: Step, *, content_changed: bool, ids: Ids, now: datetime
) -> None:
    """The step's content, receipts and events: all that is only ever added to."""
    filing = step.filing
    if content_changed:
        kept = {
            "filing_id": filing.id,
            "filing_version": filing.filing_version,
            "content": json_of(filing.content),
            "effective_at": now,
        }
        await _KEEP.run(session, kept)
    if step.notes:
        first = filing.receipts - len(step.notes) + 1
        await _TELL.run_each(session, _receipts(step, first=first, now=now))
    await outbox.append(
        session, step.events, version=filing.version, source=SOURCE, ids=ids, now=now
    )


def _receipts(step: Step, *, first: int, now: datetime) -> Sequence[Mapping[str, Any]]:
    def row(sequence: int, note: Note) -> dict[str, Any]:
        said = receipts.text(note)
        return {
            "filing_id": step.filing.id,
            "sequence": sequence,
            "kind": note.kind.value,
            "facts": dict(note.facts),
            "text_en": said.en,
            "text_zh": said.zh,
            "at": now,
        }

    return [row(sequence, note) for sequence, note in enumerate(step.notes, start=first)]


def _row(filing: Filing) -> dict[str, Any]:
    pending, requirement = filing.pending, filing.requirement
    return {
        "id": filing.id,
        "broker": filing.broker,
        "reference": filing.reference,
        "receipt_number": filing.receipt_number,
        "status": filing.status.value,
        "version": filing.version,
        "filing_version": filing.filing_version,
        "receipts": filing.receipts,
        "content": json_of(filing.content),
        "pending": None if pending is None else _pending_row(pending),
        "reason": None if filing.reason is None else filing.reason.model_dump(),
        "requirement": None
        if requirement is None
        else {"mode": requirement.mode.value, "revision": requirement.revision},
        "accepted_at": filing.accepted_at,
        "changed_at": filing.changed_at,
    }


def _pending_row(pending: Pending) -> dict[str, Any]:
    content = pending.content
    return {
        "purpose": pending.purpose.value,
        "filing_version": pending.filing_version,
        "asked_at": pending.asked_at.isoformat(),
        "content": None if content is None else content.model_dump(mode="json"),
        "reason": pending.reason,
    }


def _found(row: Row | None, filing_id: UUID) -> Filing:
    if row is None:
        raise FilingNotFound(filing_id=filing_id)
    return of(row)


def of(row: Row) -> Filing:
    """The filing in a row."""
    values = dict(row)
    pending, requirement = values.pop("pending"), values.pop("requirement")
    values["status"] = Status(values["status"])
    values["content"] = Content.model_validate(values["content"])
    if values["reason"] is not None:
        values["reason"] = Said.model_validate(values["reason"])
    if requirement is not None:
        mode = Mode(requirement["mode"])
        values["requirement"] = Requirement(mode=mode, revision=requirement["revision"])
    return Filing(**values, pending=None if pending is None else _pending(pending))


def _pending(row: Mapping[str, Any]) -> Pending:
    content = row["content"]
    return Pending(
        purpose=Purpose(row["purpose"]),
        filing_version=row["filing_version"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        content=None if content is None else Content.model_validate(content),
        reason=row["reason"],
    )
