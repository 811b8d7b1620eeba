"""Companies are registered once, and rated by each agency on its own."""

from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import registers
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain import refusals

Grade = Literal["high", "ordinary", "low"]


async def register(
    session: AsyncSession, *, uscc: str, name: str, registered_by: str, desk: Desk
) -> bool:
    """Register a company; whether it was new. Raises `OtherCompanyName`."""
    fresh = await registers.add_company(
        session, uscc=uscc, name=name, registered_by=registered_by, now=desk.now
    )
    known = await registers.company(session, uscc)
    if known is not None and known["name"] != name:
        raise refusals.OtherCompanyName(uscc=uscc, registered=known["name"])
    return fresh


async def rate(
    session: AsyncSession,
    *,
    uscc: str,
    agency: str | None,
    grade: Grade,
    valid_from: date,
    valid_to: date | None,
    grounds: str,
    given_by: str,
    desk: Desk,
) -> UUID:
    """Give an agency's rating, both days included; a later one takes its place.

    It counts for filings that are determined on from then on. Raises `NoSuchCompany`,
    `UnknownAgency`.
    """
    if agency is None or agency not in desk.book.agencies.names:
        raise refusals.UnknownAgency(agency=agency)
    if await registers.company(session, uscc) is None:
        raise refusals.NoSuchCompany(uscc=uscc)
    rating_id = desk.ids()
    await registers.add_rating(
        session,
        rating_id,
        uscc=uscc,
        agency=agency,
        grade=grade,
        valid_from=valid_from,
        valid_to=valid_to,
        grounds=grounds,
        given_by=given_by,
        now=desk.now,
    )
    return rating_id
