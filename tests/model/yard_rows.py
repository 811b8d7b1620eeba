"""Booking's rows as values: what its commands ask of the database, kept in dictionaries.

Booking decides as it goes, row by row, so its commands run here as they are; only the functions
that speak SQL are replaced, by ones of the same signature whose session is a `Rows`.
"""

import inspect
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from services.booking import fairness, line, occupancy, store, yardbook
from services.booking.commands import turn
from services.booking.domain.booking import Booking, Status
from services.booking.domain.calendar import Taken
from services.booking.domain.yard import Yard
from services.booking.yardbook import Books
from shared.contracts.envelope import Event
from shared.database import DRIVER
from shared.errors import StaleVersion
from tests.model import fair_rows, line_rows

Told = tuple[Sequence[Event], int]
"""Events of one aggregate, and its version after them."""


@dataclass
class Rows:
    """A yard's bookings and what each of them takes; `told` are the events of the transaction."""

    yard: Yard
    bookings: dict[UUID, Booking] = field(default_factory=dict)
    takes: dict[UUID, tuple[Taken, ...]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    given_up: list[tuple[str, str, datetime]] = field(default_factory=list)

    @property
    def info(self) -> dict[str, "Rows"]:
        """As a session's, for its savepoints."""
        return {DRIVER: self}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A savepoint."""
        before = dict(self.bookings), dict(self.takes), list(self.told), list(self.given_up)
        try:
            yield
        except BaseException:
            self.bookings, self.takes, self.told, self.given_up = before
            raise

    def others(self, booking_id: UUID) -> Iterator[tuple[Booking, Taken]]:
        """What the other bookings take."""
        for other, takes in self.takes.items():
            if other != booking_id:
                yield from ((self.bookings[other], each) for each in takes)


async def find(session: Rows, booking_id: UUID) -> Booking | None:
    return session.bookings.get(booking_id)


async def known(session: Rows, requirement_ids: Sequence[UUID]) -> set[UUID]:
    theirs = {each.requirement_id for each in session.bookings.values()}
    return theirs.intersection(requirement_ids)


async def lock(session: Rows, booking_id: UUID, *, skip_locked: bool = False) -> Booking | None:
    return session.bookings.get(booking_id)


async def add(session: Rows, booking: Booking, *, now: datetime) -> None:
    assert booking.id not in session.bookings, "a requirement has one booking"
    session.bookings[booking.id] = booking


async def save(
    session: Rows, booking: Booking, *, expected: int, now: datetime, told: Sequence[Told] = ()
) -> None:
    if session.bookings[booking.id].version != expected:
        raise StaleVersion(booking_id=booking.id, expected=expected)
    session.bookings[booking.id] = booking
    session.told.extend(told)


async def taken(
    session: Rows,
    yard: str,
    *,
    first: datetime,
    last: datetime,
    now: datetime,
    without: Collection[UUID] = (),
    started_only: bool = False,
) -> list[Taken]:
    def counts(booking: Booking) -> bool:
        ran_out = booking.held_until is not None and booking.held_until <= now
        if booking.id in without or (booking.status is Status.HELD and ran_out):
            return False
        return booking.status is Status.STARTED or not started_only

    return [
        each
        for other, takes in session.takes.items()
        if counts(session.bookings[other])
        for each in takes
        if each.starts < last and first < each.ends
    ]


async def take(session: Rows, booking_id: UUID, wanted: Sequence[Taken]) -> None:
    mine = session.takes.get(booking_id, ())
    theirs = [each for _, each in session.others(booking_id)]
    if any(overlap(each, other) for each in wanted for other in (*mine, *theirs)):
        raise occupancy.Occupied
    session.takes[booking_id] = (*mine, *wanted)


async def release(session: Rows, booking_id: UUID) -> None:
    session.takes.pop(booking_id, None)


async def end(session: Rows, booking_id: UUID, *, at: datetime) -> None:
    await release(session, booking_id)


async def in_the_way(
    session: Rows, booking_id: UUID, wanted: Sequence[Taken]
) -> list[tuple[UUID, str, datetime | None]]:
    found = {
        booking.id: (booking.id, booking.status.value, booking.held_until)
        for booking, theirs in session.others(booking_id)
        if any(overlap(theirs, each) for each in wanted)
    }
    return list(found.values())


async def open_elsewhere(session: Rows, booking_id: UUID, wanted: Sequence[Taken]) -> set[int]:
    return {
        each.resource
        for booking, theirs in session.others(booking_id)
        if booking.status is Status.STARTED
        for each in wanted
        if each.resource == theirs.resource and theirs.starts < each.ends
    }


async def own(session: Rows, booking_id: UUID) -> dict[int, Taken]:
    return {each.resource: each for each in session.takes.get(booking_id, ())}


async def lock_placing(session: Rows, yard: str) -> None:
    return None


async def lock_all(session: Rows, yards: Collection[str]) -> None:
    return None


async def stamp(session: Rows) -> int:
    return 1


async def read(session: Rows) -> Books:
    return Books(1, {session.yard.code: session.yard}, {})


def rows(events: Sequence[Event], *, version: int, **_: Any) -> list[Told]:
    return [(events, version)] if events else []


async def append_rows(session: Rows, made: Sequence[Told]) -> None:
    session.told.extend(made)


def overlap(one: Taken, other: Taken) -> bool:
    """Whether both take the same resource at some time."""
    return one.resource == other.resource and one.starts < other.ends and other.starts < one.ends


STORE = (find, known, lock, add, save)
YARDBOOK = (stamp, read)
OCCUPANCY = (taken, take, release, end, in_the_way, open_elsewhere, own, lock_placing, lock_all)

FAIRNESS = (fair_rows.lock, fair_rows.holds, fair_rows.over, fair_rows.gave_up)

LINE = (
    line_rows.for_what,
    line_rows.move,
    line_rows.chosen,
    line_rows.taken_back,
    line_rows.wait_of,
)

PATCHED = (
    (line, LINE),
    (store, STORE),
    (occupancy, OCCUPANCY),
    (yardbook, YARDBOOK),
    (fairness, FAIRNESS),
)


@contextmanager
def in_memory() -> Iterator[None]:
    """Booking's commands work on `Rows` for as long as this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        for module, functions in PATCHED:
            for each in functions:
                patch.setattr(module, each.__name__, each)
        patch.setattr(turn, "outbox", SimpleNamespace(rows=rows, append_rows=append_rows))
        yield


def strangers() -> list[str]:
    """Functions whose arguments are not those of what they stand for any more."""
    pairs = [(module, each) for module, functions in PATCHED for each in functions]
    return [
        each.__name__
        for module, each in pairs
        if list(inspect.signature(getattr(module, each.__name__)).parameters)
        != list(inspect.signature(each).parameters)
    ]
