"""The job that sends notices to webhooks: many endpoints at once, none at the cost of the others.

An endpoint that failed lately is tried alone, after growing waits, and all such have a few places
of their own; so what hangs or fails holds up nobody else's.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from services.declaration import answers
from services.declaration.webhooks import deliveries, settling, signing, store
from services.declaration.webhooks.deliveries import Outcome
from services.declaration.webhooks.posting import Answered, Poster
from shared import crash, stray
from shared.kit import Kit
from shared.prepared import Row
from shared.together import Together

log = structlog.get_logger()

PLACES = {False: 48, True: 16}
"""How many notices are under way: to endpoints that are well, and to those that failed lately."""
MARKED_TOGETHER = 128
POLL_SECONDS = 0.5
GATHER_SECONDS = 0.02
TIDY = timedelta(minutes=1)


class Dispatcher:
    """Claims what is due, sends it, keeps what came of it. `draw` is random between 0 and 1."""

    def __init__(self, kit: Kit, poster: Poster, *, draw: Callable[[], float]) -> None:
        self._kit = kit
        self._poster = poster
        self._draw = draw
        self._marks: Together[Outcome, None] = Together(self._mark, at_most=MARKED_TOGETHER)
        self._wake = asyncio.Event()
        self._free = dict(PLACES)
        self._tasks: set[asyncio.Task[None]] = set()
        self._tidied: datetime | None = None

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Send for ever."""
        try:
            while True:
                self._wake.clear()
                await self._begin()
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._wake.wait()
                await asyncio.sleep(GATHER_SECONDS)
        finally:
            await stray.ended(list(self._tasks))
            self._free = dict(PLACES)
            await self._poster.close()

    async def once(self) -> int:
        """Send what is due now and wait for the answers; how many there were."""
        begun = await self._begin()
        await asyncio.gather(*self._tasks)
        return begun

    async def _begin(self) -> int:
        now = self._kit.clock.wall()
        rows: list[tuple[Row, bool]] = []
        async with self._kit.database.transaction(quiet=True) as session:
            if self._tidied is None or now - self._tidied >= TIDY:
                await settling.tidy(session, now=now)
                self._tidied = now
            for failing, free in self._free.items():
                claimed = await deliveries.claim(
                    session, most=free, failing=failing, ids=self._kit.ids, now=now
                )
                rows += [(row, failing) for row in claimed]
        if rows:
            crash.at("webhooks.claimed")
        for row, failing in rows:
            self._free[failing] -= 1
            task = asyncio.create_task(self._deliver(row, failing=failing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(rows)

    async def _deliver(self, row: Row, *, failing: bool) -> None:
        try:
            if self._kit.clock.wall() + self._poster.within > row["claimed_until"]:
                return  # This process stood still: others may send it and what comes after it.
            answered = await self._send(row)
            crash.at("webhooks.before_mark")
            await self._marks.do(self._outcome(row, answered))
        except Exception as error:
            # It stays claimed for a while and is then sent again.
            log.warning("notice not settled", error=type(error).__name__)
        finally:
            self._free[failing] += 1
            self._wake.set()

    async def _send(self, row: Row) -> Answered:
        now = self._kit.clock.wall()
        body = answers.notice(row)
        secrets = store.secrets(row, now=now)
        headers = signing.headers(str(row["id"]), body, secrets=secrets, now=now)
        return await self._poster.post(row["url"], body, headers=headers)

    def _outcome(self, row: Row, answered: Answered) -> Outcome:
        at = self._kit.clock.wall()
        over = answered.status == deliveries.GONE or at - row["first_at"] >= deliveries.GIVE_UP
        wait = deliveries.delay(row["attempts"], draw=self._draw())
        return Outcome(
            delivery=row["id"],
            webhook=row["webhook_id"],
            claim=row["claim"],
            at=at,
            status=answered.status,
            error=answered.error,
            retry_at=None if answered.error is None or over else at + wait,
        )

    async def _mark(self, outcomes: Sequence[Outcome]) -> Sequence[None]:
        async with self._kit.database.transaction(quiet=True) as session:
            await settling.settle(session, outcomes, draw=self._draw())
        return [None] * len(outcomes)
