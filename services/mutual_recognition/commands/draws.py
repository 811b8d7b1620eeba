"""A seed is committed for days that lie ahead; it is told when they have passed, and not before."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition import draws
from services.mutual_recognition.commands.desk import Desk
from services.mutual_recognition.domain import refusals
from services.mutual_recognition.rules import draw
from services.mutual_recognition.settings import BY_ITSELF

LONGEST = timedelta(days=366)
SECRET_BYTES = 32


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
    await _lock(session)
    other = await draws.overlapping(session, valid_from, valid_to)
    if other is not None:
        raise refusals.PeriodsOverlap(period=other)
    days = (valid_from, valid_to)
    return await _keep(session, days, secret=secret, agency=agency, by=by, desk=desk)


async def commit_in_time(
    session: AsyncSession, *, secret: Callable[[int], bytes], desk: Desk
) -> str | None:
    """Commit to a seed from tomorrow on if nobody has; the period's id, or None.

    To the end of that month, or until a period begins that somebody has committed to. `secret`
    makes so many random bytes.
    """
    tomorrow = desk.on + timedelta(days=1)
    if await draws.overlapping(session, tomorrow, tomorrow) is not None:
        return None
    await _lock(session)
    if await draws.overlapping(session, tomorrow, tomorrow) is not None:
        return None
    last = (tomorrow.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    following = await draws.next_after(session, tomorrow)
    if following is not None:
        last = min(last, following - timedelta(days=1))
    return await _keep(
        session,
        (tomorrow, last),
        secret=secret(SECRET_BYTES),
        agency=BY_ITSELF,
        by=BY_ITSELF,
        desk=desk,
    )


async def _lock(session: AsyncSession) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("draw periods"))))


async def _keep(
    session: AsyncSession,
    days: tuple[date, date],
    *,
    secret: bytes,
    agency: str,
    by: str,
    desk: Desk,
) -> str:
    book, (valid_from, valid_to) = desk.book, days
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
