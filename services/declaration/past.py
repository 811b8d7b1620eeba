"""A filing's past: every content that was accepted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration.tables import CONTENTS
from shared import errors


class VersionNotFound(errors.NotFound):
    """The filing has no version of this number."""

    zh = "该申报单没有此版本。"
    mend = "Choose one of the versions that are listed."
    mend_zh = "请选用已列出的版本。"


async def versions(
    connection: AsyncConnection, filing_id: UUID, *, after: int, limit: int
) -> Sequence[RowMapping]:
    """The versions of a filing with a number above `after`, in order, without their contents."""
    columns = (each for each in CONTENTS.c if each.name != "content")
    rows = await connection.execute(
        select(*columns)
        .where(CONTENTS.c.filing_id == filing_id, CONTENTS.c.filing_version > after)
        .order_by(CONTENTS.c.filing_version)
        .limit(limit)
    )
    return rows.mappings().all()


async def version(connection: AsyncConnection, filing_id: UUID, number: int) -> RowMapping:
    """One version of a filing. Raises VersionNotFound."""
    rows = await connection.execute(
        select(CONTENTS).where(
            CONTENTS.c.filing_id == filing_id, CONTENTS.c.filing_version == number
        )
    )
    found = rows.mappings().first()
    if found is None:
        raise VersionNotFound(filing_id=filing_id, filing_version=number)
    return found
