"""Which seed a filing is drawn by, and the periods whose seeds are committed."""

from collections.abc import Collection, Sequence
from datetime import date

import structlog
from sqlalchemy import ARRAY, Date, RowMapping, Text, bindparam, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.rulebook import Reading, Rulebook
from services.mutual_recognition.rules import draw
from services.mutual_recognition.rules.draw import Ticket
from services.mutual_recognition.tables import DrawPeriodRow
from shared.database import table_of
from shared.prepared import Row, Statement

log = structlog.get_logger()
periods = table_of(DrawPeriodRow)
_FIRST_DRAWN = Statement(
    text("""
    SELECT DISTINCT ON (draw_key) draw_key, seed_id FROM decisions
    WHERE draw_key = ANY(:keys) ORDER BY draw_key, decided_at, id""").bindparams(
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
    """What each key is drawn by: the seed that first drew for it, else that of the day.

    So filing the same cargo anew never draws again, though its first seed be revealed by then. The
    standing seed draws on days of no period, and a lost one for nothing new.
    """
    first = {
        row["draw_key"]: row["seed_id"] for row in await _FIRST_DRAWN.run(session, {"keys": keys})
    }
    unread = [each for each in set(first.values()) if book.seed(each) is None]
    today = book.seed_id
    for row in await _NEEDED.run(session, {"on": on, "ids": unread}):
        _learn(row, book)
        if row["valid_from"] <= on <= row["valid_to"] and row["id"] in book.periods:
            today = row["id"]
    kept = {key: seed_id for key, seed_id in first.items() if book.seed(seed_id) is not None}
    return {key: Ticket(seed_id=kept.get(key, today), key=key) for key in keys}


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
        book.periods[row["id"]] = seed
    else:
        log.error("the seed of a period is not what was committed", period=row["id"])


async def uncommitted(reading: Reading, book: Rulebook) -> list[str]:
    """The periods whose seed is not what was committed, or cannot be made any more."""
    await learn(reading, book)
    found = (await reading.execute(select(periods))).mappings().all()
    seeds = [(row, book.periods.get(row["id"])) for row in found]
    return [
        row["id"]
        for row, seed in seeds
        if seed is None or draw.committed(seed) != row["commitment"]
    ]


async def overlapping(session: AsyncSession, first: date, last: date) -> str | None:
    """The id of a period that has some of these days, or None."""
    columns = periods.c
    wanted = select(columns.id).where(columns.valid_from <= last, columns.valid_to >= first)
    return (await session.execute(wanted.limit(1))).scalar_one_or_none()


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
