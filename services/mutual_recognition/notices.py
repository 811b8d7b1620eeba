"""What agencies and companies are told of suspensions: rows and reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Select, and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.mutual_recognition.notice_tables import NoticeReadRow, NoticeRow
from services.mutual_recognition.rulebook import Reading
from services.mutual_recognition.suspensions import suspensions
from shared import errors
from shared.database import table_of

notices = table_of(NoticeRow)
_read = table_of(NoticeReadRow)


@dataclass(frozen=True)
class Reader:
    """An agency, or the people of a company (its code), who read what is about it alone."""

    office: str
    company: str | None = None


class NoSuchNotice(errors.NotFound):
    """There is no such notice, or it is not yours."""

    zh = "该通知不存在或不属于贵方。"


async def page(
    reading: Reading,
    reader: Reader,
    *,
    unread: bool,
    after: int,
    up_to: int | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """A reader's notices by number, with whether its office has acknowledged them."""
    wanted = _of(reader.office).where(notices.c.number > after)
    if up_to is not None:
        wanted = wanted.where(notices.c.number <= up_to)
    if reader.company is not None:
        wanted = wanted.where(suspensions.c.uscc == reader.company)
    if unread:
        wanted = wanted.where(_read.c.read_at.is_(None))
    found = await reading.execute(wanted.order_by(notices.c.number).limit(limit))
    return found.mappings().all()


async def get(reading: Reading, number: int, *, office: str) -> RowMapping | None:
    """One notice, or None."""
    found = await reading.execute(_of(office).where(notices.c.number == number))
    return found.mappings().one_or_none()


def _of(office: str) -> Select[tuple[object, ...]]:
    mine = and_(_read.c.number == notices.c.number, _read.c.office == office)
    told = [each for each in suspensions.c if each.name != "id"]
    return (
        select(*notices.c, *told, _read.c.read_by, _read.c.read_at)
        .join(suspensions, suspensions.c.id == notices.c.suspension_id)
        .outerjoin(_read, mine)
    )


async def acknowledge(
    session: AsyncSession, number: int, *, office: str, by: str, now: datetime
) -> None:
    """Keep who acknowledged it first for an office."""
    values = {"number": number, "office": office, "read_by": by, "read_at": now}
    await session.execute(insert(_read).values(values).on_conflict_do_nothing())
