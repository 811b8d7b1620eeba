"""Dead letters: messages that could not be applied, kept to be seen and decided.

The aggregate's later events wait. `redrive` applies the letter after the cause is mended; `drop`
gives it up, and its aggregate goes on.
"""

import hashlib
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared import errors
from shared.database import Database, table_of
from shared.ids import Ids
from shared.messaging import inbox, outcome
from shared.messaging.tables import DeadLetterRow
from shared.telemetry import redaction, traces

_letters = table_of(DeadLetterRow)


class DeadLetter(BaseModel):
    """A message that could not be applied; `payload` only where one letter is shown."""

    id: UUID
    consumer: str
    message: str
    type: str | None
    reason: str
    deliveries: int
    first_at: datetime
    last_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    note: str | None
    payload: str | None = None


class DeadLetterUnknown(errors.NotFound):
    """There is no open dead letter with this id."""

    zh = "没有此编号的待处理死信。"


class RedriveFailed(errors.Conflict):
    """The dead letter still cannot be applied."""

    zh = "该死信仍无法处理。"
    mend = "Mend the cause that `reason` names, then redrive it again, or drop it."
    mend_zh = "请先排除 reason 所述原因再重新投递，或放弃该死信。"


class EarlierEventMissing(errors.Conflict):
    """An earlier event of the same aggregate has not been taken yet."""

    zh = "同一对象更早的事件尚未处理。"
    mend = "Decide the aggregate's earlier dead letters first, or send its events again."
    mend_zh = "请先处理该对象更早的死信，或重新发送其事件。"


async def bury(
    database: Database,
    *,
    consumer: str,
    payload: bytes,
    reason: str,
    deliveries: int,
    ids: Ids,
    now: datetime,
) -> None:
    """Keep a message that can never be applied as it is; once for each message and consumer."""
    message, event_type = _identified(payload)
    letter = insert(_letters).values(
        id=ids(),
        consumer=consumer,
        message=message,
        type=event_type,
        payload=_storable(payload.decode("utf-8", errors="backslashreplace")),
        reason=_storable(reason[:2_000]),
        deliveries=deliveries,
        first_at=now,
        last_at=now,
        state="open",
    )
    again = letter.on_conflict_do_update(
        index_elements=["consumer", "message"],
        # Not a parameter: a plan for any value of it would not match the partial index.
        index_where=text("state = 'open'"),
        set_={
            "deliveries": _letters.c.deliveries + letter.excluded.deliveries,
            "last_at": now,
            "reason": letter.excluded.reason,
        },
    )
    async with database.transaction() as session:
        await session.execute(again)


def _identified(payload: bytes) -> tuple[str, str | None]:
    """The message's id and event type; of one that cannot be read, its hash and None."""
    try:
        envelope = inbox.decode(payload)
    except inbox.Undecodable:
        return hashlib.sha256(payload).hexdigest(), None
    return str(envelope.id), envelope.type


def _storable(text: str) -> str:
    """PostgreSQL's text takes no NUL."""
    return text.replace("\x00", "\\x00")


async def show(connection: AsyncConnection | AsyncSession, letter_id: UUID) -> dict[str, Any]:
    """One letter, whole. Raises DeadLetterUnknown."""
    rows = await connection.execute(select(_letters).where(_letters.c.id == letter_id))
    row = rows.mappings().first()
    if row is None:
        raise DeadLetterUnknown(id=letter_id)
    return dict(row)


async def listing(
    connection: AsyncConnection, *, state: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Letters in the order they came, without their payload."""
    columns = [column for column in _letters.c if column.name != "payload"]
    query = select(*columns).order_by(_letters.c.id).limit(limit)
    if state is not None:
        query = query.where(_letters.c.state == state)
    if after is not None:
        query = query.where(_letters.c.id > after)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def count_open(connection: AsyncConnection | AsyncSession) -> int:
    """How many letters wait for a decision."""
    query = select(func.count()).where(_letters.c.state == "open")
    return int((await connection.execute(query)).scalar_one())


async def undecided(session: AsyncSession, letter_id: UUID) -> Mapping[str, Any]:
    """An open letter, whole. Raises DeadLetterUnknown."""
    letter = await show(session, letter_id)
    if letter["state"] != "open":
        raise DeadLetterUnknown(id=letter_id)
    return letter


async def open_ids(session: AsyncSession, *, limit: int) -> list[UUID]:
    """The oldest letters that wait for a decision."""
    query = select(_letters.c.id).where(_letters.c.state == "open").order_by(_letters.c.id)
    return list((await session.execute(query.limit(limit))).scalars())


async def redrive(
    session: AsyncSession,
    letter_id: UUID,
    *,
    handlers: inbox.Handlers,
    by: str,
    note: str,
    now: datetime,
) -> None:
    """Apply an open letter now, in this transaction. Raises DeadLetterUnknown, RedriveFailed."""
    letter, began = await undecided(session, letter_id), time.monotonic()
    applied = await apply(session, letter, handlers=handlers, now=now)
    if traces.active():
        _trace(letter, applied, seconds=time.monotonic() - began)
    await _decide(session, letter_id, state="redriven", by=by, note=note, now=now)


def _trace(letter: Mapping[str, Any], applied: inbox.Applied, *, seconds: float) -> None:
    envelope = inbox.decode(letter["payload"])
    traces.handled(
        letter["consumer"],
        event_id=envelope.id,
        event_type=envelope.type,
        filing_id=envelope.correlationid,
        traceparent=envelope.traceparent,
        message_id=letter["message"],
        deliveries=letter["deliveries"] + 1,
        result=applied.value,
        seconds=seconds,
    )


async def apply(
    session: AsyncSession, letter: Mapping[str, Any], *, handlers: inbox.Handlers, now: datetime
) -> inbox.Applied:
    """Apply a letter's event, in a transaction that must end if this raises.

    Raises RedriveFailed, and what passes (a database that is away).
    """
    try:
        envelope = inbox.decode(letter["payload"])
        return await inbox.apply_in(
            session,
            consumer=letter["consumer"],
            envelope=envelope,
            handlers=handlers,
            now=now,
        )
    except Exception as error:
        if outcome.passes(error) and not isinstance(error, inbox.Gap):
            raise
        reason = f"{type(error).__name__}: {redaction.error(error)}"
        raise RedriveFailed(id=letter["id"], reason=reason) from error


async def drop(
    session: AsyncSession, letter_id: UUID, *, by: str, note: str, now: datetime
) -> None:
    """Give an open letter up, with a reason; its aggregate's later events go on.

    Raises DeadLetterUnknown, EarlierEventMissing.
    """
    letter = await show(session, letter_id)
    await _decide(session, letter_id, state="dropped", by=by, note=note, now=now)
    try:
        envelope = inbox.decode(letter["payload"])
    except inbox.Undecodable:
        return
    try:
        await inbox.claim(session, consumer=letter["consumer"], envelope=envelope, now=now)
    except inbox.Gap as gap:
        raise EarlierEventMissing(id=letter_id, reason=str(gap)) from gap


async def _decide(
    session: AsyncSession, letter_id: UUID, *, state: str, by: str, note: str, now: datetime
) -> None:
    decided = await session.execute(
        update(_letters)
        .where(_letters.c.id == letter_id, _letters.c.state == "open")
        .values(state=state, decided_by=by, decided_at=now, note=note)
        .returning(_letters.c.id)
    )
    if decided.first() is None:
        raise DeadLetterUnknown(id=letter_id)
