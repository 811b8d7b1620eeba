"""Devices' records that were refused: each office's list, until they are sent again and applied."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import store
from services.inspection.domain.offline import Name
from services.inspection.tables import RejectedBesideRow, RejectedRow
from shared.contracts.envelope import Fact
from shared.database import table_of
from shared.prepared import Statement

_REJECTED = table_of(RejectedRow)
_BESIDE = table_of(RejectedBesideRow)
_SAID = ("device", "sender", "record", "problem", "skew_seconds", "received_at")
_COLUMNS = ("id", "office", *_SAID)
_EVERY = union_all(
    select(*(_REJECTED.c[name] for name in _COLUMNS), cast(literal(""), Text).label("digest")),
    select(*(_BESIDE.c[name] for name in _COLUMNS), _BESIDE.c.digest),
).subquery()
_OF = bindparam("of", type_=Text)
_FORGET = Statement(
    delete(_REJECTED).where(
        _REJECTED.c.office == _OF,
        _REJECTED.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))),
    )
)
_FORGET_BESIDE = Statement(
    delete(_BESIDE).where(
        _BESIDE.c.office == _OF,
        _BESIDE.c.digest == func.any(bindparam("digests", type_=ARRAY(Text))),
    )
)

Key = tuple[datetime, UUID, str]


class Rejected(Fact):
    """A refused record as it was sent, and its faults as they were told (wall clock).

    `digest` is that of what it says, if it stays until just that is applied; empty if another of
    its id takes its place.
    """

    id: UUID
    digest: str
    device: str
    sender: str
    record: Any
    problem: Any
    skew_seconds: int
    received_at: datetime


def key(each: Rejected) -> Key:
    """Where it is in its list."""
    return each.received_at, each.id, each.digest


async def keep(session: AsyncSession, rejected: Sequence[Rejected], *, office: str) -> None:
    """Keep what was refused, as it was sent last."""
    rows = [{**each.model_dump(), "office": office} for each in rejected]
    await _put(session, _BESIDE, [row for row in rows if row["digest"]])
    replaced = [{name: row[name] for name in _COLUMNS} for row in rows if not row["digest"]]
    await _put(session, _REJECTED, replaced)


async def _put(session: AsyncSession, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    put = insert(table).values(rows)
    said = {name: put.excluded[name] for name in _SAID}
    keys = table.primary_key.columns
    await session.execute(put.on_conflict_do_update(index_elements=keys, set_=said))


async def forget(session: AsyncSession, done: Collection[Name], *, office: str) -> None:
    """Take off the list what is applied by now, and what that is the mend of."""
    await _FORGET.run(session, {"ids": [name for name, _ in done], "of": office})
    await _FORGET_BESIDE.run(session, {"digests": [digest for _, digest in done], "of": office})


async def of_office(
    reader: store.Reader, *, office: str, device: str | None, after: Key | None, limit: int
) -> list[Rejected]:
    """An office's refused records, the longest waiting first; of one device if it is named."""
    its = _EVERY.c
    query = select(_EVERY).where(its.office == office)
    query = query.order_by(its.received_at, its.id, its.digest).limit(limit)
    if device is not None:
        query = query.where(its.device == device)
    if after is not None:
        query = query.where(tuple_(its.received_at, its.id, its.digest) > after)
    return [Rejected.model_validate(row) for row in (await reader.execute(query)).mappings()]
