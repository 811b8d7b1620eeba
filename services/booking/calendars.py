"""Calendars that can be subscribed to: whose they are, and what stands in them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, bindparam, cast, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.booking import store
from services.booking.domain.booking import WITH_SLOT, Booking, Status
from services.booking.domain.calendar_refusals import CalendarNotFound, TooManyCalendars
from services.booking.store import Reading
from services.booking.tables import CalendarRow
from shared.database import table_of
from shared.prepared import Row, Statement

MOST = 50
"""Calendars of one owner that can be subscribed to at a time."""

SHOWN = (*WITH_SLOT, Status.COMPLETED)

calendars = table_of(CalendarRow)
_LOCK = Statement(
    text(
        "SELECT pg_advisory_xact_lock(hashtext('booking.calendars'), hashtext(:owner))"
    ).bindparams(bindparam("owner", type_=Text()))
)


class Of(StrEnum):
    """Whose bookings stand in a calendar."""

    YARD = "yard"
    TEAM = "team"
    BROKER = "broker"


@dataclass(frozen=True)
class Subject:
    """Whose: `code` is the team's, or the broker's organisation."""

    sort: Of
    yard: str | None
    code: str | None


def digest(secret: str) -> bytes:
    """What is kept of an address: from it nobody finds the address again."""
    return hashlib.sha256(secret.encode()).digest()


async def add(
    session: AsyncSession,
    calendar_id: UUID,
    subject: Subject,
    *,
    secret: str,
    owner: str,
    by: str,
    now: datetime,
) -> Row:
    """Make an address known; `now` is wall time. Raises TooManyCalendars."""
    await _LOCK.run(session, {"owner": owner})
    if len(await of_owner(session, owner)) >= MOST:
        raise TooManyCalendars(at_most=MOST)
    values: dict[str, Any] = {
        **vars(subject), "id": calendar_id, "digest": digest(secret), "owner": owner,
        "made_by": by, "made_at": now,
    }  # fmt: skip
    added = await session.execute(insert(calendars).values(values).returning(*calendars.columns))
    return added.mappings().one()


async def of_owner(session: Reading, owner: str) -> Sequence[Row]:
    """What can be subscribed to of one owner, the oldest first."""
    table = calendars
    wanted = select(table).where(table.c.owner == owner, table.c.revoked_at.is_(None))
    return (await session.execute(wanted.order_by(table.c.made_at, table.c.id))).mappings().all()


async def revoke(
    session: AsyncSession, calendar_id: UUID, *, owner: str, by: str, now: datetime
) -> Row:
    """End an address for good; once more changes nothing. Raises CalendarNotFound."""
    table = calendars
    own = (table.c.id == calendar_id) & (table.c.owner == owner)
    ending = update(table).where(own, table.c.revoked_at.is_(None))
    await session.execute(ending.values(revoked_at=now, revoked_by=by))
    found = (await session.execute(select(table).where(own))).mappings().one_or_none()
    if found is None:
        raise CalendarNotFound()
    return found


async def subject_of(session: Reading, secret: str) -> Subject:
    """Whose the calendar at an address is. Raises CalendarNotFound, for a revoked one too."""
    table = calendars
    wanted = select(table).where(table.c.digest == digest(secret), table.c.revoked_at.is_(None))
    found = (await session.execute(wanted)).mappings().one_or_none()
    if found is None:
        raise CalendarNotFound()
    return Subject(Of(found["sort"]), found["yard"], found["code"])


async def bookings(session: Reading, subject: Subject, *, after: datetime) -> list[Booking]:
    """What is held, agreed, under way or completed and ends after a moment, by its start."""
    if subject.yard is None:
        table = store.bookings
        ends = cast(table.c.slot["ends"].astext, DateTime(timezone=True))
        rows = await session.execute(
            select(table).where(
                table.c.broker == subject.code, table.c.status.in_(SHOWN), ends > after
            )
        )
        found = [store.booking_of(row) for row in rows.mappings()]
    else:
        found = await store.live(session, subject.yard, after=after, among=SHOWN)
    kept = [each for each in found if _belongs(each, subject, after=after)]
    return sorted(kept, key=lambda each: (each.slot.starts if each.slot else after, each.id))


def _belongs(booking: Booking, subject: Subject, *, after: datetime) -> bool:
    slot = booking.slot
    if slot is None or slot.ends <= after:
        return False
    return subject.sort is not Of.TEAM or subject.code in {each.team for each in slot.teams}
