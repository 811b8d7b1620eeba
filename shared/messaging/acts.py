"""What operators did about stuck events: who, when, what, why, and what came of it.

The table only grows. A record commits with the act it tells of; of a refused act there is one
too.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.auth.principal import Principal
from shared.database import table_of
from shared.ids import Ids
from shared.messaging.tables import OperatorActRow

_acts = table_of(OperatorActRow)


class Act(StrEnum):
    """What an operator can do."""

    WHAT_IF = "what_if"
    REDRIVE = "redrive"
    REDRIVE_ALL = "redrive_all"
    DROP = "drop"
    UNPARK = "unpark"
    RE_EMIT = "re_emit"


class Recorded(BaseModel):
    """One act. `subject` is the dead letter, the aggregate or the range; `at` is wall time, UTC."""

    id: UUID
    at: datetime
    by: str
    organisation: str
    act: Act
    subject: str
    reason: str
    result: str


async def record(
    session: AsyncSession,
    act: Act,
    *,
    subject: str,
    who: Principal,
    reason: str,
    result: str,
    ids: Ids,
    now: datetime,
) -> None:
    """Write an act down, in the transaction of what it did. `now` is wall time."""
    made = Recorded(
        id=ids(),
        at=now,
        by=who.subject,
        organisation=who.organisation,
        act=act,
        subject=subject,
        reason=reason,
        result=result,
    )
    await session.execute(insert(_acts).values(made.model_dump()))


async def listing(connection: AsyncConnection, *, after: UUID | None, limit: int) -> list[Recorded]:
    """Acts in the order they were done."""
    query = select(_acts).order_by(_acts.c.id).limit(limit)
    if after is not None:
        query = query.where(_acts.c.id > after)
    return [
        Recorded.model_validate(dict(row)) for row in (await connection.execute(query)).mappings()
    ]
