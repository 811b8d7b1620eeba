"""Files that come in parts, as they are stored: parts in the database until the file is whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as put
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.inspection.domain.results import IdTaken
from services.inspection.tables import PartRow, UploadRow
from shared import errors
from shared.database import table_of

_UPLOADS, _PARTS = table_of(UploadRow), table_of(PartRow)
_its = _UPLOADS.c
Reader = AsyncSession | AsyncConnection
MOST_OPEN = 100
"""Uploads that one person has under way."""


class UploadNotFound(errors.NotFound):
    """You have no such upload, or it was given up."""

    zh = "您没有该上传任务，或其已被清除。"
    mend = "Begin it again with the same id."
    mend_zh = "请使用相同编号重新开始上传。"


class OffsetWrong(errors.Conflict):
    """This part does not begin where the upload has come to."""

    zh = "该分段的起始位置与已接收的位置不符。"
    mend = "Ask with HEAD for Upload-Offset, and go on from there."
    mend_zh = "请用 HEAD 查询 Upload-Offset，并从该位置继续。"


class TooManyUploads(errors.Conflict):
    """You have as many uploads under way as one may have."""

    zh = "您未完成的上传任务数已达上限。"
    mend = "Send the others to their end first."
    mend_zh = "请先完成其他上传任务。"


@dataclass(frozen=True)
class Upload:
    """An upload: whose, of which case, and how many bytes of how many have come.

    `said` is what was said of the file when it was begun, at `begun_at` (yard clock).
    """

    id: UUID
    owner: str
    case_id: UUID
    media_type: str
    length: int
    received: int
    said: Any
    begun_at: datetime


_COLUMNS = [_its[name] for name in Upload.__dataclass_fields__]


async def begin(session: AsyncSession, upload: Upload, *, now: datetime) -> Upload:
    """Begin an upload, or find it as it is by now if it was begun before (wall time).

    Raises TooManyUploads, IdTaken.
    """
    alone = func.pg_advisory_xact_lock(func.hashtextextended(f"uploads {upload.owner}", 0))
    await session.execute(select(alone))
    known = await _one(session, upload.id)
    if known is not None:
        if _promise(known) != _promise(upload):
            raise IdTaken(id=str(upload.id))
        return known
    open_ = select(func.count()).where(_its.owner == upload.owner, _its.received < _its.length)
    if (await session.execute(open_)).scalar_one() >= MOST_OPEN:
        raise TooManyUploads(most=MOST_OPEN)
    row = {**vars(upload), "moved_at": now}
    kept = put(_UPLOADS).values(row).on_conflict_do_nothing().returning(_its.id)
    if (await session.execute(kept)).first() is None:
        raise IdTaken(id=str(upload.id))
    return upload


def _promise(upload: Upload) -> tuple[Any, ...]:
    return upload.owner, upload.case_id, upload.media_type, upload.length, upload.said


async def of_owner(reader: Reader, upload_id: UUID, *, owner: str, lock: bool = False) -> Upload:
    """One's own upload; `lock`: nobody else adds to it until the end. Raises UploadNotFound."""
    found = await _one(reader, upload_id, lock=lock)
    if found is None or found.owner != owner:
        raise UploadNotFound(id=str(upload_id))
    return found


async def _one(reader: Reader, upload_id: UUID, *, lock: bool = False) -> Upload | None:
    query = select(*_COLUMNS).where(_its.id == upload_id)
    row = (await reader.execute(query.with_for_update() if lock else query)).mappings().first()
    return None if row is None else Upload(**row)


async def parts(reader: Reader, upload_id: UUID) -> bytes:
    """What has come of it."""
    its = _PARTS.c
    ordered = select(its.content).where(its.upload_id == upload_id).order_by(its.starts)
    return b"".join((await reader.execute(ordered)).scalars())


async def add(session: AsyncSession, upload: Upload, content: bytes, *, now: datetime) -> int:
    """Keep the next part of a locked upload (wall time); how far it has come with it."""
    if content:
        row = {"upload_id": upload.id, "starts": upload.received, "content": content}
        await session.execute(insert(_PARTS).values(row))
    return await _come(session, upload, upload.received + len(content), now=now)


async def end(session: AsyncSession, upload: Upload, *, now: datetime) -> int:
    """A locked upload has become evidence: its parts go; how far it has come."""
    await session.execute(delete(_PARTS).where(_PARTS.c.upload_id == upload.id))
    return await _come(session, upload, upload.length, now=now)


async def _come(session: AsyncSession, upload: Upload, received: int, *, now: datetime) -> int:
    moved = update(_UPLOADS).where(_its.id == upload.id).values(received=received, moved_at=now)
    await session.execute(moved)
    return received


async def forget(session: AsyncSession, *, before: datetime) -> int:
    """Give up what has not moved since (wall time); how many there were."""
    old = delete(_UPLOADS).where(_its.moved_at < before).returning(_its.id)
    return len((await session.execute(old)).all())
