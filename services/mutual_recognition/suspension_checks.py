"""Every suspension by the policy again, from what was stored with it."""

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.rules import inputs, suspending
from services.mutual_recognition.suspensions import suspensions


async def judged_again(connection: AsyncConnection, book: Rulebook) -> list[str]:
    """The suspensions that the same version of the policy would not give for the same."""
    wanted = select(suspensions).where(suspensions.c.policy.is_not(None))
    found = (await connection.execute(wanted.order_by(suspensions.c.id))).mappings().all()
    return [str(row["id"]) for row in found if not await _holds(connection, row, book)]


async def _holds(connection: AsyncConnection, row: RowMapping, book: Rulebook) -> bool:
    try:
        versions = await book.versions(connection, {kinds.SUSPENSION: row["policy"]})
    except LookupError:
        return False
    known = inputs.load(row["known"], agencies=book.agencies, table=kinds.SUSPENSION)
    again = suspending.judge(known, versions[kinds.SUSPENSION], on=row["suspended_on"])
    given = (row["policy_row"], row["liftable_from"])
    return again is not None and (again.row, again.liftable_from) == given
