"""Running drafts beside the rules in force."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import trials
from services.mutual_recognition.commands import tables
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.domain.versions import Act

LONGEST = timedelta(days=366)


async def start(
    session: AsyncSession, name: str, number: int, *, until: date, by: str, agency: str, desk: Desk
) -> None:
    """Ask a version in review about every decision from now on until the end of a legal day.

    Raises `NoSuchTable`, `NotInReview`, `NoDraft`, `UnknownAgency`, `NotReplayed`, `TrialTooLong`,
    `TriedBefore`.
    """
    await tables.locked(session, name, number, Act.TRY)
    tables.require_taking_part(agency, desk=desk)
    tables.require_replayed(name)
    if not desk.on <= until <= desk.on + LONGEST:
        raise refusals.TrialTooLong(pointer="/until")
    if not await trials.start(
        session, name, number, by=by, agency=agency, until=until, now=desk.now
    ):
        raise refusals.TriedBefore(name=name, version=number)


async def stop(
    session: AsyncSession, name: str, number: int, *, by: str, agency: str, desk: Desk
) -> None:
    """Ask it no more; what it said stays. Raises `UnknownAgency`, `NoSuchTrial`, `TrialStopped`."""
    tables.require_taking_part(agency, desk=desk)
    if await trials.get(session, name, number) is None:
        raise refusals.NoSuchTrial(name=name, version=number)
    if not await trials.stop(session, name, number, by=by, now=desk.now):
        raise refusals.TrialStopped(name=name, version=number)
