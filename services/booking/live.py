"""The calendar in memory: what is taken, kept true by the database with each use.

Each row of `occupancy` says which transaction wrote it last. Every use asks for the rows that were
written by transactions which were not over when it asked last: usually none. What the asking
transaction has written itself counts for it alone, until it is committed.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.booking.domain import calendar as cal
from services.booking.domain.calendar import Calendar
from services.booking.domain.yard import Yard
from services.booking.store import Reading
from shared.prepared import Row, Statement

BEFORE = timedelta(days=1)
"""How far back what was taken is kept."""
AT_ONCE = 1_000
"""Rows that are taken in before others get their turn."""

_COLUMNS = """
    s.xmin, h.over, o.id, o.resource, lower(o.during) AS starts, upper(o.during) AS ends,
    o.booking_id, o.active, o.changed = pg_current_xact_id_if_assigned() AS own
"""
_ASIDE = """
    (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin) s
    CROSS JOIN (SELECT array_agg(id) AS over FROM bookings
                 WHERE status = 'held' AND held_until <= :now) h
"""
_NOW = bindparam("now", type_=DateTime(timezone=True))
_ALL = Statement(
    text(
        f"""
        SELECT {_COLUMNS} FROM {_ASIDE}
          LEFT JOIN (unnest(:resources ::int[]) AS wanted (resource)
                     JOIN occupancy o
                       ON int4range(wanted.resource, wanted.resource, '[]')
                          && int4range(o.resource, o.resource, '[]'))
            ON o.active AND o.during && tstzrange(:first, NULL)
        """  # noqa: S608 - constants of this file; values are bound
    ).bindparams(
        _NOW,
        bindparam("first", type_=DateTime(timezone=True)),
        bindparam("resources", type_=ARRAY(Integer)),
    )
)
_CHANGED = Statement(
    text(
        f"""
        SELECT {_COLUMNS} FROM {_ASIDE}
          LEFT JOIN occupancy o
            ON o.changed >= CAST(:since AS text)::xid8
               AND o.resource = ANY (ARRAY(SELECT id FROM resources WHERE yard = :yard))
        """  # noqa: S608 - constants of this file; values are bound
    ).bindparams(
        _NOW,
        bindparam("since", type_=Text()),
        bindparam("yard", type_=Text()),
    )
)


@dataclass(frozen=True, slots=True)
class _Held:
    """A row that is active: which cells of which resource it takes, and for which booking."""

    resource: int
    mask: int
    booking: UUID


class Live:
    """One for a process; it belongs to one database."""

    def __init__(self, *, horizon_days: int) -> None:
        self._days = horizon_days
        self._yards: dict[str, _Yard] = {}

    async def calendar(
        self,
        session: Reading,
        yard: Yard,
        *,
        first: datetime,
        now: datetime,
        without: Collection[UUID] = (),
    ) -> Calendar | None:
        """The yard's calendar, in which `without` and holds that ran out by `now` take nothing.

        None if `first` is outside of what is kept, or the session is none of the database's.
        """
        if not isinstance(session, AsyncSession | AsyncConnection):
            return None
        if not now - BEFORE <= first < now + timedelta(days=self._days):
            return None
        kept = self._yards.setdefault(yard.code, _Yard(self._days))
        # One after the other: else an older answer could be applied after a newer one.
        async with kept.turn:
            own, over = await kept.sync(session, yard, now)
            return kept.view(own, {*without, *over})


class _Yard:
    """What is taken of one yard."""

    def __init__(self, days: int) -> None:
        self.turn = asyncio.Lock()
        # Who looks from the last of the days on looks as far ahead as who looks from now.
        self._cells = (2 * days + 3) * (cal.DAY // cal.STEP)
        self._since: str | None = None
        self._rows: dict[int, _Held] = {}
        self._of_booking: dict[UUID, set[int]] = {}
        self._of_resource: dict[int, set[int]] = {}
        self._busy: dict[int, int] = {}
        self._calendar: Calendar | None = None
        self._resources: frozenset[int] = frozenset()

    async def sync(
        self, session: Reading, yard: Yard, now: datetime
    ) -> tuple[list[Row], list[UUID]]:
        """Follow what was committed; what the session wrote itself, and holds that ran out."""
        origin = cal.midnight(now - BEFORE)
        if self._since is None or not self._follow(yard, origin):
            self._begin(yard, origin)
        asked = {"now": now, "first": origin, "since": self._since, "yard": yard.code}
        if self._since is None:
            rows = await _ALL.run(session, asked | {"resources": sorted(self._resources)})
        else:
            rows = await _CHANGED.run(session, asked)
        own, self._since = list[Row](), None
        for number, row in enumerate(rows, start=1):
            if row["resource"] in self._resources:
                (own.append if row["own"] else self._apply)(row)
            if not number % AT_ONCE:
                await asyncio.sleep(0)
        self._since = rows[0]["xmin"]
        return own, rows[0]["over"] or []

    def view(self, own: Iterable[Row], without: Collection[UUID]) -> Calendar:
        """The calendar for who asks."""
        if self._calendar is None:
            raise RuntimeError("a yard is synchronised before it is looked at")
        changed = self._changed(own, without)
        return cal.changed(self._calendar, changed) if changed else self._calendar

    def _begin(self, yard: Yard, origin: datetime) -> None:
        self._since = None
        self._rows, self._of_booking, self._of_resource, self._busy = {}, {}, {}, {}
        self._resources = _ids(yard)
        self._calendar = Calendar(yard=yard, origin=origin, cells=self._cells, busy=self._busy)

    def _follow(self, yard: Yard, origin: datetime) -> bool:
        """Keep what is known for another day, or for what the yard has become; False if not all."""
        known = self._calendar
        if known is not None and known.yard is yard and known.origin == origin:
            return True
        if known is None or not _ids(yard) <= self._resources:
            return False
        later = (origin - known.origin) // cal.STEP
        if later < 0 or (later and not self._move_on(later)):
            return False
        if later or known.yard is not yard:
            # Who still looks at the calendar before it goes on with what was taken then.
            self._busy = {resource: mask >> later for resource, mask in self._busy.items()}
            self._calendar = Calendar(yard=yard, origin=origin, cells=self._cells, busy=self._busy)
        return True

    def _move_on(self, cells: int) -> bool:
        """Let rows begin so many cells later; False if one may take what is beyond the last cell.

        One that begins there takes none of the cells.
        """
        if any(not held.mask or held.mask >> (self._cells - 1) for held in self._rows.values()):
            return False
        for number, held in list(self._rows.items()):
            if left := held.mask >> cells:
                self._rows[number] = replace(held, mask=left)
            else:
                self._lose(number, held)
        return True

    def _apply(self, row: Row) -> None:
        known, held = self._rows.get(row["id"]), self._held(row) if row["active"] else None
        if known == held:  # it was read before; a transaction of then is still open
            return
        if known is not None:
            self._drop(row["id"], known)
        if held is not None:
            self._rows[row["id"]] = held
            self._of_booking.setdefault(held.booking, set()).add(row["id"])
            self._of_resource.setdefault(held.resource, set()).add(row["id"])
            self._set(held.resource, self._busy.get(held.resource, 0) | held.mask)

    def _drop(self, number: int, held: _Held) -> None:
        self._lose(number, held)
        self._set(held.resource, self._without(held.resource, held.mask, ()))

    def _lose(self, number: int, held: _Held) -> None:
        del self._rows[number]
        self._of_booking[held.booking].discard(number)
        if not self._of_booking[held.booking]:
            del self._of_booking[held.booking]
        self._of_resource[held.resource].discard(number)

    def _without(self, resource: int, mask: int, gone: Collection[int]) -> int:
        """What is taken of a resource without a mask; a cell that others touch too stays taken."""
        left = self._busy.get(resource, 0) & ~mask
        for number in self._of_resource.get(resource, ()):
            if number not in gone and (shared := self._rows[number].mask & mask):
                left |= shared
        return left

    def _held(self, row: Row) -> _Held:
        taken = cal.Taken(row["resource"], row["starts"], row["ends"])
        origin = taken.starts if self._calendar is None else self._calendar.origin
        return _Held(row["resource"], cal.touched(origin, self._cells, taken), row["booking_id"])

    def _set(self, resource: int, mask: int) -> None:
        self._busy[resource] = mask
        if self._calendar is not None:
            self._calendar.memo.forget({resource})

    def _changed(self, own: Iterable[Row], without: Collection[UUID]) -> Mapping[int, int]:
        """What is otherwise for who asks: bookings that do not count, and its own writing."""
        gone = {n for booking in without for n in self._of_booking.get(booking, ())}
        mine = [row for row in own if row["booking_id"] not in without]
        gone |= {row["id"] for row in own if row["id"] in self._rows}
        masks: dict[int, int] = {}
        for number in gone:
            held = self._rows[number]
            masks[held.resource] = masks.get(held.resource, 0) | held.mask
        found = {each: self._without(each, mask, gone) for each, mask in masks.items()}
        for row in mine:
            if row["active"]:
                held = self._held(row)
                before = found.get(held.resource, self._busy.get(held.resource, 0))
                found[held.resource] = before | held.mask
        return found


def _ids(yard: Yard) -> frozenset[int]:
    bays, teams = {each.id for each in yard.bays}, {each.id for each in yard.teams}
    return frozenset(bays | teams | {each.id for each in yard.gear})
