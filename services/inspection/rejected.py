"""Devices' records that were refused: each office's list, until they are sent again and applied."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Text,
    Uuid,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import store
from services.inspection.domain.offline import Name
from services.inspection.tables import RejectedRow
from shared.contracts.envelope import Fact
from shared.database import table_of
from shared.prepared import Statement

_REJECTED = table_of(RejectedRow)
_FORGET = Statement(
    delete(_REJECTED).where(
        _REJECTED.c.office == bindparam("of", type_=Text),
        or_(
            and_(
                _REJECTED.c.digest == literal_column("''"),
                _REJECTED.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))),
            ),
            _REJECTED.c.digest == func.any(bindparam("digests", type_=ARRAY(Text))),
        ),
    )
)

Key = tuple[datetime, UUID, str]


class Rejected(Fact):
    """A refused record as it was sent, and its faults as they were told (wall clock).

    `digest` is that of one beside another of its id, else empty.
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
    if not rejected:
        return
    put = insert(_REJECTED).values([{**each.model_dump(), "office": office} for each in rejected])
    names = ("device", "sender", "record", "problem", "skew_seconds", "received_at")
    await session.execute(
        put.on_conflict_do_update(
            index_elements=["id", "office", "digest"],
            set_={name: put.excluded[name] for name in names},
        )
    )


async def forget(session: AsyncSession, done: Collection[Name], *, office: str) -> None:
    """Take off the list what is applied by now; what had another's id, under whatever id it is."""
    ids, digests = [name for name, _ in done], [digest for _, digest in done]
    await _FORGET.run(session, {"ids": ids, "digests": digests, "of": office})


async def of_office(
    reader: store.Reader, *, office: str, device: str | None, after: Key | None, limit: int
) -> list[Rejected]:
    """An office's refused records, the longest waiting first; of one device if it is named."""
    its = _REJECTED.c
    query = select(_REJECTED).where(its.office == office)
    query = query.order_by(its.received_at, its.id, its.digest).limit(limit)
    if device is not None:
        query = query.where(its.device == device)
    if after is not None:
        query = query.where(tuple_(its.received_at, its.id, its.digest) > after)
    return [Rejected.model_validate(row) for row in (await reader.execute(query)).mappings()]
