"""Files of many filings as those see them who send them: taken, looked at, cancelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration.bulk_tables import BULK_JOBS, BULK_ROWS
from shared import errors

READING, FILING, DONE, CANCELLED, REFUSED = "reading", "filing", "done", "cancelled", "refused"
FAILED = "failed"
WAITING, FILED = "waiting", "filed"
OPEN = (READING, FILING)
LIVE = (*OPEN, DONE)
"""Of these, there is one job of a file."""
PAGE = 500
MOST_OPEN = 5
"""How many files of one broker are worked on or wait for that."""
On = AsyncConnection | AsyncSession
TOLD = [column for column in BULK_JOBS.columns if column.name != "content"]


class BulkJobNotFound(errors.NotFound):
    """You have sent no such file."""

    zh = "您未提交过此文件。"


class TooManyOpenFiles(errors.Conflict):
    """You have sent as many files as may be open at a time."""

    zh = "您未处理完毕的文件数已达上限。"
    mend = "Wait until one of them is done, or cancel one."
    mend_zh = "请等待其中一个处理完毕，或取消其中一个。"


class BulkJobEnded(errors.Conflict):
    """The work on this file has ended."""

    zh = "该文件已处理完毕。"
    mend = "Read its report; amend or withdraw what was filed."
    mend_zh = "请查看其报告；已申报的可申请修改或撤回。"


async def take(session: AsyncSession, job: Mapping[str, Any]) -> RowMapping:
    """Keep a new file, or find the job that works on the same one already.

    Raises TooManyOpenFiles.
    """
    lock = func.pg_advisory_xact_lock(func.hashtext("bulk_jobs"), func.hashtext(job["broker"]))
    await session.execute(select(lock))
    known = await _same(session, job)
    if known is not None:
        return known
    await _room(session, job["broker"])
    row = await session.execute(insert(BULK_JOBS).values(dict(job)).returning(*TOLD))
    return row.mappings().one()


async def _room(session: AsyncSession, broker: str) -> None:
    open_ = (BULK_JOBS.c.broker == broker, BULK_JOBS.c.state.in_(OPEN))
    counted = select(func.count()).select_from(BULK_JOBS).where(*open_)
    if (await session.execute(counted)).scalar_one() >= MOST_OPEN:
        raise TooManyOpenFiles(most=MOST_OPEN)


async def _same(session: AsyncSession, job: Mapping[str, Any]) -> RowMapping | None:
    same = (BULK_JOBS.c.broker == job["broker"]) & (BULK_JOBS.c.sha256 == job["sha256"])
    live = BULK_JOBS.c.state.in_(LIVE)
    return (await session.execute(select(*TOLD).where(same, live))).mappings().first()


async def read(on: On, job_id: UUID) -> RowMapping:
    """A job. Raises BulkJobNotFound."""
    found = (await on.execute(select(*TOLD).where(BULK_JOBS.c.id == job_id))).mappings().first()
    if found is None:
        raise BulkJobNotFound(job_id=job_id)
    return found


async def counts(on: On, job_id: UUID) -> dict[str, int]:
    """How many filings of it are in each state."""
    grouped = (
        select(BULK_ROWS.c.state, func.count())
        .where(BULK_ROWS.c.job_id == job_id)
        .group_by(BULK_ROWS.c.state)
    )
    return {each[0]: each[1] for each in await on.execute(grouped)}


async def page(on: On, job_id: UUID, *, after: int) -> Sequence[RowMapping]:
    """The next filings of it with their outcomes, by number."""
    told = [column for column in BULK_ROWS.columns if column.name not in ("document", "places")]
    chosen = (BULK_ROWS.c.job_id == job_id, BULK_ROWS.c.number > after)
    ordered = select(*told).where(*chosen).order_by(BULK_ROWS.c.number).limit(PAGE)
    return (await on.execute(ordered)).mappings().all()


async def cancel(session: AsyncSession, job_id: UUID, *, now: datetime) -> None:
    """Stop it: what was not filed yet is not filed. Raises BulkJobEnded."""
    changed = await session.execute(
        update(BULK_JOBS)
        .where(BULK_JOBS.c.id == job_id, BULK_JOBS.c.state.in_(OPEN))
        .values(state=CANCELLED, ended_at=now, content=None, lease_owner=None)
        .returning(BULK_JOBS.c.id)
    )
    if changed.first() is None:
        raise BulkJobEnded(job_id=job_id)
    await forgo(session, job_id)


async def forgo(session: AsyncSession, job_id: UUID) -> None:
    """What waits of it is not filed any more."""
    await session.execute(
        update(BULK_ROWS)
        .where(BULK_ROWS.c.job_id == job_id, BULK_ROWS.c.state == WAITING)
        .values(state=CANCELLED, document=None, places=None)
    )
