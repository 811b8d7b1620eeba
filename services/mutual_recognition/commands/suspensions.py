"""An agency suspends a company at once, and lifts that by another hand."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import registers, suspensions
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain import refusals


async def suspend(
    session: AsyncSession,
    *,
    uscc: str,
    agency: str,
    grounds: str,
    way_back: str,
    by: str,
    desk: Desk,
) -> UUID:
    """From now on nothing of this company is recognised, nor what is expected to be already.

    Raises `UnknownAgency`, `NoSuchCompany`, `AlreadySuspended`.
    """
    if agency not in desk.book.agencies.names:
        raise refusals.UnknownAgency(agency=agency)
    if not await registers.lock_company(session, uscc):
        raise refusals.NoSuchCompany(uscc=uscc)
    if agency in await suspensions.suspending(session, uscc):
        raise refusals.AlreadySuspended(uscc=uscc, agency=agency)
    suspension_id = desk.ids()
    await suspensions.add(
        session,
        suspension_id,
        uscc=uscc,
        agency=agency,
        grounds=grounds,
        way_back=way_back,
        by=by,
        now=desk.now,
    )
    return suspension_id


async def lift(
    session: AsyncSession,
    suspension_id: UUID,
    *,
    uscc: str,
    agency: str,
    grounds: str,
    by: str,
    desk: Desk,
) -> None:
    """The company has gone its way back: what its rating was counts again.

    Raises `NoSuchSuspension` (also for another agency's), `SuspensionLifted`, and
    `SuspenderCannotLift`.
    """
    found = await suspensions.locked(session, uscc, suspension_id)
    if found is None or found["agency"] != agency:
        raise refusals.NoSuchSuspension(suspension=suspension_id)
    if found["lifted_at"] is not None:
        raise refusals.SuspensionLifted(lifted_by=found["lifted_by"])
    if found["suspended_by"] == by:
        raise refusals.SuspenderCannotLift(suspended_by=by)
    await suspensions.lift(session, suspension_id, by=by, because=grounds, now=desk.now)
