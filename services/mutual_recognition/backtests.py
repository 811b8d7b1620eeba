"""Backtests of tables: rows and reads. One belongs to every draft of exactly its content."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import RowMapping, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.backtest_tables import BacktestRow
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.rulebook import Reading
from shared.database import table_of

backtests = table_of(BacktestRow)
UNDER_WAY = ("waiting", "running")
TAKE = text("""
    UPDATE rule_backtests SET status = 'running', tries = tries + 1, due_back = :due, done = 0
    WHERE id = (
      SELECT id FROM rule_backtests
      WHERE status = 'waiting' OR (status = 'running' AND due_back < :now)
      ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *""")


def stored(content: Table) -> dict[str, Any]:
    """A table's content as it is kept."""
    return content.model_dump(mode="json", exclude_defaults=True)


def digest(content: Table) -> str:
    """The SHA-256 of a table's content in canonical JSON (RFC 8785), in hexadecimal.

    Of ten thousand rows it takes a good part of a second: in a thread, where others wait.
    """
    return hashlib.sha256(rfc8785.dumps(stored(content))).hexdigest()


async def ask(
    session: AsyncSession,
    backtest_id: UUID,
    name: str,
    content: Table,
    *,
    by: str,
    agency: str,
    now: datetime,
) -> UUID:
    """Ask for a backtest; the id of the one that is under way for the same content, if there is."""
    sha256 = await asyncio.to_thread(digest, content)
    wanted = (
        insert(backtests)
        .values(
            id=backtest_id,
            name=name,
            sha256=sha256,
            content=stored(content),
            status="waiting",
            asked_by=by,
            agency=agency,
            asked_at=now,
        )
        .on_conflict_do_nothing()
    )
    columns = backtests.c
    same = (columns.name == name) & (columns.sha256 == sha256) & columns.status.in_(UNDER_WAY)
    while True:  # the one that was in the way may have ended before it is read
        await session.execute(wanted)
        under_way: UUID | None = await session.scalar(select(columns.id).where(same))
        if under_way is not None:
            return under_way


async def get(reading: Reading, backtest_id: UUID) -> RowMapping | None:
    """One backtest, or None."""
    found = await reading.execute(select(backtests).where(backtests.c.id == backtest_id))
    return found.mappings().one_or_none()


async def attached(reading: Reading, name: str, content: Table) -> RowMapping | None:
    """The last backtest that was done of exactly this content, or None."""
    columns, sha256 = backtests.c, await asyncio.to_thread(digest, content)
    found = await reading.execute(
        select(backtests)
        .where(columns.name == name, columns.sha256 == sha256, columns.status == "done")
        .order_by(columns.finished_at.desc())
        .limit(1)
    )
    return found.mappings().one_or_none()


async def take(session: AsyncSession, *, now: datetime, within: timedelta) -> RowMapping | None:
    """The next one to work on, which is given back unless heard of `within` that time, or None."""
    found = await session.execute(TAKE, {"now": now, "due": now + within})
    return found.mappings().one_or_none()


async def keep(session: AsyncSession, mine: RowMapping, **values: Any) -> bool:
    """Write what became of one that was taken; whether it is still mine."""
    columns = backtests.c
    done = await session.execute(
        update(backtests)
        .where(
            columns.id == mine["id"],
            columns.status == "running",
            columns.tries == mine["tries"],
        )
        .values(values)
        .returning(columns.id)
    )
    return done.first() is not None
