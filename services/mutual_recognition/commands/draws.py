"""A seed is committed for days that lie ahead; it is told when they have passed, and not before."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import draws
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.rules import draw

LONGEST = timedelta(days=366)


async def commit(
    session: AsyncSession,
    *,
    valid_from: date,
    valid_to: date,
    secret: bytes,
    agency: str,
    by: str,
    desk: Desk,
) -> str:
    """Commit to the seed that draws for what is first filed on these days; the period's id.

    `secret` is 32 random bytes that nobody is told. Raises `UnknownAgency`, `NotAPeriodAhead`,
    `PeriodsOverlap`.
    """
    book = desk.book
    if agency not in book.agencies.names:
        raise refusals.UnknownAgency(agency=agency)
    if not desk.on < valid_from <= valid_to < valid_from + LONGEST:
        raise refusals.NotAPeriodAhead(pointer="/valid_from", today=desk.on.isoformat())
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("draw periods"))))
    other = await draws.overlapping(session, valid_from, valid_to)
    if other is not None:
        raise refusals.PeriodsOverlap(period=other)
    period = f"period-{valid_from.isoformat()}"
    seed = draw.of_period(secret, standing=book.seeds[book.seed_id])
    await draws.add(
        session,
        id=period,
        valid_from=valid_from,
        valid_to=valid_to,
        standing=book.seed_id,
        secret=secret,
        commitment=draw.committed(seed),
        agency=agency,
        committed_by=by,
        committed_at=desk.now,
    )
    return period
