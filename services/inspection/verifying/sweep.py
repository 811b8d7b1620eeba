"""All cases looked at, some at a time, each time at one moment of the database."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from services.inspection.verifying import cases, reading
from shared.prepared import On

Snapshot = Callable[[], AbstractAsyncContextManager[On]]
Found = dict[str, list[str]]
"""What is broken, by what it is about."""
ABOUT = ("chains", "signatures", "state")
BREATH = 10
"""Cases between two turns of whatever else the process has to do."""
MOST = 1_000
"""So much is told of each; of more there is the number."""


async def over(snapshot: Snapshot, *, after: UUID, until: UUID) -> Found:
    """Look at every case behind the one and up to the other; what is appended meanwhile is
    looked at as it is at some moment.
    """
    sheet = Sheet()
    while after < until:
        async with snapshot() as on:
            end = await reading.end_of(on, after=after, until=until)
            officers = await reading.officers(on)
            some = await reading.some(on, after=after, until=end)
        for number, (case_id, stored) in enumerate(some.items()):
            sheet.write(cases.look(case_id, stored, officers))
            if number % BREATH == 0:
                await asyncio.sleep(0)
        after = end
    return sheet.found()


class Sheet:
    """What was found, of which not more is kept than anybody reads."""

    def __init__(self) -> None:
        self._kept: defaultdict[str, list[str]] = defaultdict(list)
        self._more: Counter[str] = Counter()

    def write(self, found: Iterable[tuple[str, str]]) -> None:
        """Also this, each with what it is about."""
        for about, text in found:
            if len(self._kept[about]) < MOST:
                self._kept[about].append(text)
            else:
                self._more[about] += 1

    def found(self) -> Found:
        """All of it."""
        return {
            about: self._kept[about]
            + ([f"and {self._more[about]} more"] if self._more[about] else [])
            for about in ABOUT
        }
