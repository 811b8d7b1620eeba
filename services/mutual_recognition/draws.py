"""Which seed a filing is drawn by, and the periods whose seeds are committed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import structlog
from sqlalchemy import ARRAY, Date, RowMapping, Text, bindparam, func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.rulebook import Period, Reading, Rulebook
from services.mutual_recognition.rules import draw
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.tables import DrawPeriodRow
from shared.database import table_of
from shared.prepared import Row, Statement

log = structlog.get_logger()
periods = table_of(DrawPeriodRow)
_LOCK = Statement(
    text("""
    SELECT pg_advisory_xact_lock(number) FROM (
      SELECT DISTINCT hashtextextended('draw ' || key, 0) AS number
      FROM unnest(CAST(:keys AS text[])) AS key ORDER BY number) numbers""").bindparams(
        bindparam("keys", type_=ARRAY(Text))
    )
)
_DRAWN = Statement(
    text("""
    SELECT draw_key, seed_id, further_draws FROM decisions WHERE draw_key = ANY(:keys)
    GROUP BY draw_key, seed_id, further_draws ORDER BY min(decided_at), seed_id""").bindparams(
        bindparam("keys", type_=ARRAY(Text))
    )
)
_NEEDED = Statement(
    select(periods).where(
        or_(
            bindparam("on", type_=Date).between(periods.c.valid_from, periods.c.valid_to),
            periods.c.id == bindparam("ids", type_=ARRAY(Text)).any_(),
        )
    )
)


async def tickets(
    session: AsyncSession, keys: Collection[str], *, on: date, book: Rulebook
) -> dict[str, Ticket]:
    """What each key is drawn by: the seeds that drew for it before, else that of the day.

    So filing the same cargo anew never draws again. Once all of its seeds are revealed, that of the
    day draws as well. The standing seed draws on days of no period, and a lost one for nothing new.
    Keys stay locked until the transaction ends: who is first binds those who come meanwhile.
    """
    await _LOCK.run(session, {"keys": list(keys)})
    drawn = _seeds(await _DRAWN.run(session, {"keys": list(keys)}))
    unread = {each for some in drawn.values() for each in some if book.seed(each) is None}
    today = book.seed_id
    for row in await _NEEDED.run(session, {"on": on, "ids": list(unread)}):
        _learn(row, book)
        if row["valid_from"] <= on <= row["valid_to"] and row["id"] in book.periods:
            today = row["id"]
    return {key: _ticket(key, drawn.get(key, ()), today, on=on, book=book) for key in keys}


def _seeds(rows: Iterable[Row]) -> dict[str, list[str]]:
    """By key the seeds that drew for it, the first one first."""
    found: dict[str, list[str]] = {}
    for row in rows:
        known = found.setdefault(row["draw_key"], [])
        some = (row["seed_id"], *(each["seed_id"] for each in row["further_draws"]))
        known += (each for each in some if each not in known)
    return found


def _ticket(key: str, drawn: Iterable[str], today: str, *, on: date, book: Rulebook) -> Ticket:
    kept = [each for each in drawn if book.seed(each) is not None]
    if today not in kept and all(book.is_revealed(each, on=on) for each in kept):
        kept.append(today)
    return Ticket(seed_id=kept[0], key=key, further=tuple(kept[1:]))


async def learn(reading: Reading, book: Rulebook) -> None:
    """Read the seeds of all periods."""
    for row in (await reading.execute(select(periods))).mappings():
        _learn(row, book)


def _learn(row: Row, book: Rulebook) -> None:
    """Only a seed that is the committed one; another standing seed is as good as a lost one."""
    standing = book.seeds.get(row["standing"])
    if standing is None:
        return
    seed = draw.of_period(row["secret"], standing=standing)
    if draw.committed(seed) == row["commitment"]:
        book.periods[row["id"]] = Period(seed, row["valid_to"])
    else:
        log.error("the seed of a period is not what was committed", period=row["id"])


async def uncommitted(reading: Reading, book: Rulebook) -> list[str]:
    """The periods whose seed is not what was committed, or cannot be made any more."""
    await learn(reading, book)
    found = (await reading.execute(select(periods))).mappings().all()
    periods_known = [(row, book.periods.get(row["id"])) for row in found]
    return [
        row["id"]
        for row, known in periods_known
        if known is None or draw.committed(known.seed) != row["commitment"]
    ]


async def overlapping(session: AsyncSession, first: date, last: date) -> str | None:
    """The id of a period that has some of these days, or None."""
    columns = periods.c
    wanted = select(columns.id).where(columns.valid_from <= last, columns.valid_to >= first)
    return (await session.execute(wanted.limit(1))).scalar_one_or_none()


async def next_after(session: AsyncSession, day: date) -> date | None:
    """The first day of the next period that begins after a day, or None."""
    columns = periods.c
    wanted = select(func.min(columns.valid_from)).where(columns.valid_from > day)
    found: date | None = (await session.execute(wanted)).scalar_one_or_none()
    return found


async def add(session: AsyncSession, **columns: object) -> None:
    """Keep a period; ExclusionViolationError for one that overlaps another."""
    await session.execute(insert(periods).values(columns))


async def period(reading: Reading, period_id: str) -> RowMapping:
    """One period. Raises NoResultFound."""
    found = await reading.execute(select(periods).where(periods.c.id == period_id))
    return found.mappings().one()


async def page(reading: Reading, *, before: date | None, limit: int) -> Sequence[RowMapping]:
    """Periods, the latest first."""
    wanted = select(periods).order_by(periods.c.valid_from.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(periods.c.valid_from < before)
    return (await reading.execute(wanted)).mappings().all()
