"""A filing's past: every content that was accepted, and every act."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration.domain.filing import Filing
from services.declaration.domain.history import FILED
from services.declaration.domain.moves import Status
from services.declaration.tables import ACTS, CONTENTS
from shared import errors
from shared.auth.principal import Role


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


async def acts(
    connection: AsyncConnection, filing: Filing, *, after: int, limit: int
) -> Sequence[Mapping[Any, Any]]:
    """The acts of a filing with a number above `after`, in order; the first is that of filing."""
    first = [] if after else [await _filed(connection, filing)]
    rows = await connection.execute(
        select(ACTS)
        .where(ACTS.c.filing_id == filing.id, ACTS.c.sequence > after)
        .order_by(ACTS.c.sequence)
        .limit(limit - len(first))
    )
    return [*first, *rows.mappings()]


async def _filed(connection: AsyncConnection, filing: Filing) -> Mapping[str, Any]:
    content = await version(connection, filing.id, 1)
    return {
        "sequence": 1,
        "at": content["effective_at"],
        "act": FILED,
        "role": Role.BROKER.value,
        "organisation": filing.broker,
        "agency": None,
        "subject": content["asked_by"],
        "status": Status.ACCEPTED.value,
        "filing_version": 1,
        "receipts": [1],
        "reason": None,
        "cause": None,
    }
