"""Where officers are now, as it is stored beside their sections: nobody is in two places."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import ARRAY, Select, Text, cast, delete, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.domain import attended
from services.inspection.domain.case import Case
from services.inspection.tables import PresentRow
from shared.database import table_of

PRESENT = table_of(PresentRow)
PLACES = 256
"""So many locks an agency's officers share: a batch may name thousands, and a database's room for
locks is for all who work there.
"""
_ALONE = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_its = PRESENT.c
_KEY = (_its.case_id, _its.agency, _its.officer)
Place = tuple[UUID, str, str]
"""A case, and an officer of an agency who is there."""


async def claim(session: AsyncSession, agency: str, officers: Collection[str]) -> set[UUID]:
    """The cases where these officers are, who come to no other until the transaction ends.

    To be asked before any case is locked: whoever has a case's lock waits for no officer.
    """
    if not officers:
        return set()
    keys = sorted({_key(agency, officer) for officer in officers})
    await session.execute(_ALONE, {"keys": keys})
    named = func.any(cast(list(officers), ARRAY(Text)))
    there = select(_its.case_id).where(_its.agency == agency, _its.officer == named)
    return set((await session.execute(there)).scalars())


def _key(agency: str, officer: str) -> int:
    """The lock of an officer; all take theirs in the order of these."""
    place = crc32(officer.encode()) % PLACES
    return crc32(f"officers present {agency}".encode()) * PLACES + place


async def keep(session: AsyncSession, changes: Iterable[tuple[Case, Case]]) -> None:
    """Keep who came and who left: cases before and after."""
    gone: list[Place] = []
    come: list[Place] = []
    for before, after in changes:
        was, now = _there(before), _there(after)
        gone += [(after.id, *each) for each in sorted(was - now)]
        come += [(after.id, *each) for each in sorted(now - was)]
    if gone:
        await session.execute(delete(PRESENT).where(tuple_(*_KEY).in_(_rows(gone))))
    if come:
        await session.execute(insert(PRESENT).from_select([*_KEY], _rows(come)))


def _rows(places: Sequence[Place]) -> Select[Any]:
    """As rows, of three arrays: a batch tells of more than a statement has values."""
    columns = zip(_KEY, zip(*places, strict=True), strict=True)
    return select(*(func.unnest(cast(list(its), ARRAY(key.type))) for key, its in columns))


def _there(case: Case) -> set[tuple[str, str]]:
    return {
        (section.agency, stay.officer)
        for section in case.sections
        for stay in attended.present(section)
    }
