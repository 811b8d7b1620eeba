"""What merged filings were made from: both forms, the merge report and the broker's answers."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.declaration.tables import MERGES
from shared import errors

Json = dict[str, Any]


class FilingNotMerged(errors.NotFound):
    """The filing was not merged from two forms."""

    zh = "该申报单不是由两单合并而成。"
    mend = "Read the filing itself."
    mend_zh = "请直接查询该申报单。"


@dataclass(frozen=True)
class Papers:
    """The forms as they were sent, as JSON; `report` has the places, the groups and the rest."""

    customs: Json
    inspection: Json | None
    answers: list[Json]
    report: Json


async def keep(session: AsyncSession, filing_id: UUID, papers: Papers, *, now: datetime) -> None:
    """Store them with their filing."""
    row = {"filing_id": filing_id, "at": now, **asdict(papers)}
    await session.execute(insert(MERGES).values(row))


async def of(connection: AsyncConnection, filing_id: UUID) -> tuple[Papers, datetime]:
    """What a filing was merged from, and when. Raises FilingNotMerged."""
    found = await connection.execute(select(MERGES).where(MERGES.c.filing_id == filing_id))
    row = found.mappings().first()
    if row is None:
        raise FilingNotMerged(filing_id=filing_id)
    names = ("customs", "inspection", "answers", "report")
    return Papers(**{name: row[name] for name in names}), row["at"]
