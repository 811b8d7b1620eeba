"""Reading along what a service writes: by number, in an order that never skips.

A number is given while a row is written, but seen once that is committed: a lower one may come
later. So each process keeps up to which number a table is settled: whatever is not there below
it never will be. Where no number is missing that is the highest one. Else it is the highest of a
look at the database, once all transactions are over that could have written then.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Column, Text, bindparam, cast, func, select

from shared.database import Database
from shared.prepared import On, Statement

T = TypeVar("T")


@dataclass(frozen=True)
class Look:
    """What a table has after the settled number: the highest, and how many there are.

    Transactions below `oldest` are over; none from `next` on had begun to write.
    """

    highest: int
    many: int
    oldest: int
    next: int


class Settled:
    """Up to which number nothing is to come any more; None before that is known."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._highest: int | None = None
        self._begun: int | None = None

    @property
    def since(self) -> int:
        """The number from which the next look counts; 0: from the first."""
        return self.number or self._highest or 0

    def take(self, look: Look) -> None:
        """Learn from a look.

        Whoever took a number before one look had begun to write at the next: it takes a number
        and its transaction's in one statement.
        """
        if self.number is not None and look.many == look.highest - self.number:
            self.number, self._highest, self._begun = look.highest, None, None
        elif self._highest is None:
            self._highest = look.highest
        elif self._begun is None:
            self._begun = look.next
        elif look.oldest >= self._begun:
            self.number, self._highest, self._begun = self._highest, None, None


class Watch:
    """One for a process and a table that only grows: its readers, and how far they may read.

    `number` is the column that numbers the table's rows.
    """

    def __init__(self, number: Column[Any]) -> None:
        self.readers: Counter[str] = Counter()
        self._settled = Settled()
        self._moved = asyncio.Event()
        self._wanted = asyncio.Event()
        self._reads: dict[Hashable, asyncio.Task[Any]] = {}
        since = bindparam("since", type_=BigInteger())
        self._look = Statement(
            select(
                func.coalesce(func.max(number), since).label("highest"),
                func.count().label("many"),
                _transaction(func.pg_snapshot_xmin).label("oldest"),
                _transaction(func.pg_snapshot_xmax).label("next"),
            ).where(number > since)
        )
        self._last = Statement(select(func.coalesce(func.max(number), 0).label("highest")))

    def enter(self, who: str) -> None:
        """Somebody reads. The first after a time without readers learns anew what is settled."""
        if not self.readers:
            self._settled = Settled()
        self.readers[who] += 1
        self._wanted.set()

    def leave(self, who: str) -> None:
        """Somebody reads no more."""
        self.readers -= Counter((who,))
        if not self.readers:
            self._wanted.clear()

    async def wanted(self) -> None:
        """Wait until somebody reads."""
        await self._wanted.wait()

    async def look(self, on: On) -> None:
        """See how far the table is settled, and tell the readers."""
        (row,) = await self._look.run(on, {"since": self._settled.since})
        before = self._settled.number
        self._settled.take(Look(row["highest"], row["many"], row["oldest"], row["next"]))
        if self._settled.number != before:
            self._moved.set()
            self._moved = asyncio.Event()

    async def beyond(self, number: int, *, seconds: float) -> int | None:
        """A settled number above this one, for which is waited for so long; else None."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (known := self._settled.number) is None or known <= number:
                    await self._moved.wait()
                return known
        return None

    async def highest(self, on: On) -> int:
        """The highest number that there is; 0 if there is none."""
        (row,) = await self._last.run(on)
        return int(row["highest"])

    async def once(self, name: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """What is read; those who ask for it by this name while it is read get the same."""
        if (reading := self._reads.get(name)) is None:
            reading = self._reads[name] = asyncio.ensure_future(read())
            reading.add_done_callback(lambda done: self._forget(name, done))
        found: T = await asyncio.shield(reading)
        return found

    def _forget(self, name: Hashable, done: "asyncio.Future[Any]") -> None:
        del self._reads[name]
        if not done.cancelled():
            done.exception()  # its readers have it, or are gone


def _transaction(of_snapshot: Any) -> Any:
    return cast(cast(of_snapshot(func.pg_current_snapshot()), Text), BigInteger)


def looking(database: Database, watch: Watch, *, seconds: float) -> Callable[[], Awaitable[None]]:
    """The job that tells readers how far they may read, while there are some."""

    async def run() -> None:
        while True:
            await watch.wanted()
            await look_once(database, watch)
            await asyncio.sleep(seconds)

    return run


async def look_once(database: Database, watch: Watch) -> None:
    """One look."""
    async with database.connect() as connection:
        await watch.look(connection)
