"""The pilot's registers: rows and reads."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, RowMapping, Text, bindparam, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.domain.pilots import Key, Register, Standing, normal
from services.mutual_recognition.register_tables import PilotEntryRow
from services.mutual_recognition.rulebook import Reading
from shared.database import table_of
from shared.prepared import Statement

entries = table_of(PilotEntryRow)
_STANDING = Statement(
    text("""
    SELECT DISTINCT ON (kind, code, agency) kind, code, agency, counts
    FROM unnest(CAST(:kinds AS text[]), CAST(:codes AS text[])) AS asked (kind, code)
    JOIN pilot_entries USING (kind, code)
    WHERE valid_from <= :on AND (valid_to IS NULL OR valid_to >= :on)
    ORDER BY kind, code, agency, given_at DESC, id DESC""").bindparams(
        bindparam("kinds", type_=ARRAY(Text)),
        bindparam("codes", type_=ARRAY(Text)),
        bindparam("on", type_=Date),
    )
)


async def standing(session: AsyncSession, keys: Collection[Key], *, on: date) -> Standing:
    """What counts of the keys on a day: of the entries in force, the one given last."""
    kinds, codes = [str(register) for register, _ in keys], [code for _, code in keys]
    found = await _STANDING.run(session, {"kinds": kinds, "codes": codes, "on": on})
    return {(row["agency"], Register(row["kind"]), row["code"]): row["counts"] for row in found}


async def add(session: AsyncSession, entry: dict[str, Any]) -> None:
    """Add an entry, by its columns. It never changes; a later one takes its place."""
    await session.execute(insert(entries).values(entry))


async def page(
    reading: Reading, register: Register, *, code: str | None, before: UUID | None, limit: int
) -> list[RowMapping]:
    """The entries of a register, or those of one code, the newest first."""
    columns = entries.c
    wanted = select(entries).where(columns.kind == register)
    if code is not None:
        wanted = wanted.where(columns.code == normal(register, code))
    if before is not None:
        wanted = wanted.where(columns.id < before)
    found = await reading.execute(wanted.order_by(columns.id.desc()).limit(limit))
    return list(found.mappings().all())
