"""Dead letters applied: on trial, or several at once."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import database
from shared.database import table_of
from shared.messaging import dead_letters, inbox
from shared.messaging.tables import OutboxRow

_outbox = table_of(OutboxRow)


class Told(BaseModel):
    """An event that would be told to other services."""

    type: str
    aggregate_id: UUID
    aggregate_version: int


class WhatIf(BaseModel):
    """What a redrive would come to.

    `result` is `applied`, `duplicate`, `old` or `refused`, which has a `reason`; `events` is what
    would be told.
    """

    result: str
    reason: str | None
    events: list[Told]


class Failed(BaseModel):
    """A letter that still cannot be applied."""

    id: UUID
    reason: str


class Redriven(BaseModel):
    """What became of letters that were redriven together; `open` is how many are left."""

    redriven: list[UUID]
    failed: list[Failed]
    open: int


async def what_if(
    session: AsyncSession, letter_id: UUID, *, handlers: inbox.Handlers, now: datetime
) -> WhatIf:
    """Apply an open letter and take that back, in the caller's transaction, which may go on.

    Raises DeadLetterUnknown, and what passes (a database that is away).
    """
    letter = await dead_letters.undecided(session, letter_id)
    last = (await session.execute(select(func.max(_outbox.c.seq)))).scalar_one() or 0
    try:
        async with database.taken_back(session):
            applied = await dead_letters.apply(session, letter, handlers=handlers, now=now)
            events = await _told(session, because_of=letter["message"], after=last)
    except dead_letters.RedriveFailed as failed:
        return WhatIf(result="refused", reason=failed.facts["reason"], events=[])
    return WhatIf(result=applied.value, reason=None, events=events)


async def _told(session: AsyncSession, *, because_of: str, after: int) -> list[Told]:
    """What this transaction has put into the outbox; others add to it meanwhile."""
    rows = await session.execute(
        select(_outbox.c.type, _outbox.c.aggregate_id, _outbox.c.aggregate_version)
        .where(_outbox.c.seq > after, _outbox.c.envelope["causationid"].astext == because_of)
        .order_by(_outbox.c.seq)
    )
    return [Told.model_validate(dict(row)) for row in rows.mappings()]


async def redrive_all(
    session: AsyncSession,
    *,
    at_most: int,
    handlers: inbox.Handlers,
    by: str,
    note: str,
    now: datetime,
) -> Redriven:
    """Apply the oldest open letters; one that fails leaves the others be.

    They are gone through again while that helps: a letter may wait for another one.
    """
    done: list[UUID] = []
    left = await dead_letters.open_ids(session, limit=at_most)
    while True:
        failed: list[Failed] = []
        for letter_id in left:
            try:
                async with database.savepoint(session):
                    await dead_letters.redrive(
                        session, letter_id, handlers=handlers, by=by, note=note, now=now
                    )
            except dead_letters.RedriveFailed as refused:
                failed.append(Failed(id=letter_id, reason=refused.facts["reason"]))
            else:
                done.append(letter_id)
        if len(failed) in (0, len(left)):
            break
        left = [each.id for each in failed]
    return Redriven(redriven=done, failed=failed, open=await dead_letters.count_open(session))
