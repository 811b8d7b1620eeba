"""Codes of findings as they are stored: those that come along, and the agencies' editions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import store
from services.inspection.domain import finding_codes
from services.inspection.domain.finding_codes import Edition, Entry, Known
from services.inspection.tables import FindingCodeRow
from shared.contracts.values import Finding
from shared.database import table_of
from shared.errors import Fault
from shared.prepared import Statement

_EDITIONS = table_of(FindingCodeRow)
_WRITTEN = Statement(select(_EDITIONS).order_by(_EDITIONS.c.version))
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def editions(reader: store.Reader) -> list[Edition]:
    """Every edition of every code, those that come along first."""
    written = [
        Edition(
            entry=Entry.model_validate(row["entry"]),
            version=row["version"],
            valid_from=row["valid_from"],
            withdrawn=row["withdrawn"],
        )
        for row in await _WRITTEN.run(reader)
    ]
    return [*finding_codes.founding(), *written]


async def known(reader: store.Reader, agency: str, *, days: Iterable[date]) -> Known:
    """The codes that an agency had on any of these days."""
    return finding_codes.known(await editions(reader), agency=agency, days=days)


async def faults(
    reader: store.Reader, findings: Sequence[Finding], *, agency: str, day: date, place: str
) -> list[Fault]:
    """What is wrong with the codes of findings of a day; `place` is one's by its number."""
    if not findings:
        return []
    codes = await known(reader, agency, days=[day])
    return list(finding_codes.faults(findings, codes, pointer=place.format))


async def write(
    session: AsyncSession,
    entry: Entry,
    *,
    valid_from: date,
    withdrawn: bool,
    author: str,
    today: date,
    now: datetime,
) -> Edition:
    """Keep another edition of an agency's code, `now` on the wall. Raises CodeEditionPast."""
    if valid_from < today:
        raise finding_codes.CodeEditionPast(pointer="/valid_from", today=today)
    await session.execute(_ALONE, {"name": f"finding code {entry.agency} {entry.code}"})
    its = _EDITIONS.c
    newest = select(func.max(its.version)).where(its.agency == entry.agency, its.code == entry.code)
    version = ((await session.execute(newest)).scalar() or 0) + 1
    row = {
        "agency": entry.agency,
        "code": entry.code,
        "version": version,
        "valid_from": valid_from,
        "withdrawn": withdrawn,
        "entry": entry.model_dump(mode="json"),
        "author": author,
        "written_at": now,
    }
    await session.execute(insert(_EDITIONS).values(row))
    return Edition(entry, version=version, valid_from=valid_from, withdrawn=withdrawn)
