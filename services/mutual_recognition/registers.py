"""Companies and the agencies' ratings of them: rows and reads."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Date, RowMapping, Text, Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.register_tables import CompanyRow, RatingRow
from services.mutual_recognition.rulebook import Reading
from shared.database import table_of
from shared.prepared import Statement

companies = table_of(CompanyRow)
ratings_table = table_of(RatingRow)

GRADES = Statement(
    text("""
    SELECT uscc, agency, CASE WHEN is_suspended THEN 'suspended' ELSE grade END AS grade
    FROM (
      SELECT DISTINCT ON (uscc, agency) uscc, agency, grade FROM company_ratings
      WHERE uscc = ANY(:usccs) AND valid_from <= :on AND (valid_to IS NULL OR valid_to >= :on)
      ORDER BY uscc, agency, given_at DESC, id DESC) rated
    FULL JOIN (
      SELECT DISTINCT uscc, agency, true AS is_suspended FROM company_suspensions
      WHERE uscc = ANY(:usccs) AND lifted_at IS NULL) suspended USING (uscc, agency)""").bindparams(
        bindparam("usccs", type_=ARRAY(Text)), bindparam("on", type_=Date)
    )
)
_LOCK_CONSIGNEES = Statement(
    text("""
    SELECT uscc FROM companies
    WHERE uscc IN (SELECT consignment #>> '{consignee,uscc}' FROM requirements
                   WHERE id = ANY(:requirements))
    ORDER BY uscc FOR UPDATE""").bindparams(bindparam("requirements", type_=ARRAY(Uuid)))
)


async def grades(
    session: AsyncSession, usccs: Collection[str], *, on: date
) -> dict[str, dict[str, str]]:
    """Each agency's grade of each company on a day: of those in force, the one given last.

    `suspended` while the agency has suspended the company.
    """
    found: dict[str, dict[str, str]] = {uscc: {} for uscc in usccs}
    for row in await GRADES.run(session, {"usccs": list(found), "on": on}):
        found[row["uscc"]][row["agency"]] = row["grade"]
    return found


async def add_company(
    session: AsyncSession, *, uscc: str, name: str, registered_by: str, now: datetime
) -> bool:
    """Register a company; whether it was new."""
    done = await session.execute(
        insert(companies)
        .values(uscc=uscc, name=name, registered_by=registered_by, registered_at=now)
        .on_conflict_do_nothing()
        .returning(companies.c.uscc)
    )
    return done.first() is not None


async def company(reading: Reading, uscc: str) -> RowMapping | None:
    """A registered company, or None."""
    found = await reading.execute(select(companies).where(companies.c.uscc == uscc))
    return found.mappings().one_or_none()


async def lock_company(session: AsyncSession, uscc: str) -> bool:
    """Lock a company until the transaction ends; whether there is one."""
    wanted = select(companies.c.uscc).where(companies.c.uscc == uscc).with_for_update()
    return (await session.execute(wanted)).first() is not None


async def lock_consignees(session: AsyncSession, requirements: Collection[UUID]) -> None:
    """Lock the companies of requirements until the transaction ends, before these are locked.

    Who suspends a company holds the same lock: so a grant sees the suspension, or comes before it.
    In one order for all, so that two batches do not wait for each other.
    """
    await _LOCK_CONSIGNEES.run(session, {"requirements": list(requirements)})


async def page(reading: Reading, *, after: str | None, limit: int) -> list[RowMapping]:
    """Companies by code."""
    wanted = select(companies).order_by(companies.c.uscc).limit(limit)
    if after is not None:
        wanted = wanted.where(companies.c.uscc > after)
    return list((await reading.execute(wanted)).mappings().all())


async def ratings(reading: Reading, uscc: str) -> list[RowMapping]:
    """All ratings of a company, the oldest first."""
    columns = ratings_table.c
    wanted = select(ratings_table).where(columns.uscc == uscc)
    found = await reading.execute(wanted.order_by(columns.given_at, columns.id))
    return list(found.mappings().all())


async def add_rating(
    session: AsyncSession,
    rating_id: UUID,
    *,
    uscc: str,
    agency: str,
    grade: str,
    valid_from: date,
    valid_to: date | None,
    grounds: str,
    given_by: str,
    now: datetime,
) -> None:
    """Add a rating. It never changes; a later one takes its place."""
    await session.execute(
        insert(ratings_table).values(
            id=rating_id,
            uscc=uscc,
            agency=agency,
            grade=grade,
            valid_from=valid_from,
            valid_to=valid_to,
            grounds=grounds,
            given_by=given_by,
            given_at=now,
        )
    )
