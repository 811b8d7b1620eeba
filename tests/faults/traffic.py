"""Brokers and officers at work while things break, and the list of what was acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import uuid4

from services.cli.people import DEMO_BROKER
from services.cli.replaying import rows as dataset
from services.cli.replaying import supervisors
from services.cli.replaying.brokers import Broker
from services.cli.replaying.client import Api
from services.cli.replaying.clock import YardClock
from services.cli.replaying.officers import Officers
from services.cli.replaying.rows import Row
from tests.faults import ending

CONSIGNMENTS = Path(__file__).parents[1] / "e2e" / "consignments.csv"
T = TypeVar("T")
PLAIN = 8
"""So many of the file's first rows are selected by nobody; the others show every mode."""


@dataclass
class Traffic:
    """`broker.rows` maps each filing that was acknowledged to its row."""

    broker: Broker
    coming: Iterator[Row]

    @property
    def acknowledged(self) -> set[str]:
        """Ids of the filings whose `201` arrived here."""
        return set(self.broker.rows)

    async def file(self, number: int) -> None:
        """File so many consignments, several at once; returns when all were acknowledged."""
        await self.broker.file_all(islice(self.coming, number), done=lambda: None)

    @asynccontextmanager
    async def flowing(self, *, pause: float, waited: bool = True) -> AsyncIterator[None]:
        """File one after another, `pause` seconds between them, while the block runs.

        At its end the last one is `waited` for: what nobody is told of, nobody inspects.
        """
        over = asyncio.Event()
        filing = asyncio.create_task(self._file_until(over, pause))
        try:
            yield
            over.set()
            if waited:
                await filing
        finally:
            await ending.ended(filing)

    async def _file_until(self, over: asyncio.Event, pause: float) -> None:
        while not over.is_set():
            await self.file(1)
            await asyncio.sleep(pause)


@asynccontextmanager
async def working(
    api: Api,
    *,
    seed: int,
    inspected: float,
    known: dict[str, Row] | None = None,
    rate: bool = True,
) -> AsyncIterator[Traffic]:
    """Brokers book and officers inspect while the block runs.

    `inspected` is the share of consignments that somebody selects; `known` what was acknowledged
    in an earlier life; companies are rated if `rate`, which is done once.
    """
    rows = [row for row in dataset.read(CONSIGNMENTS, limit=22) if isinstance(row, Row)]
    index = await api.get("auditor", "/")
    clock = YardClock(
        told=datetime.fromisoformat(index["yard_time"]), factor=float(index["yard_clock_factor"])
    )
    run = uuid4().hex[:8]
    if rate:
        await supervisors.rate(api, supervisors.chosen(rows, seed=1), run=run, now=clock.now())
    acknowledged = {} if known is None else known
    broker = Broker(api, DEMO_BROKER, 1, run, clock.now(), rows=acknowledged)
    officers = Officers(api, clock, run, broker.rows)
    async with _beside(broker.book(), officers.work()):
        yield Traffic(broker, _coming(rows, random=Random(seed), inspected=inspected))


@asynccontextmanager
async def doomed(work: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """The same, when the system ends within the block: what goes wrong then is not judged."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(work)
        try:
            yield made
        finally:
            with suppress(Exception):
                await stack.aclose()


def _coming(rows: list[Row], *, random: Random, inspected: float) -> Iterator[Row]:
    for serial in count(1):
        kind = rows[PLAIN:] if random.random() < inspected else rows[:PLAIN]
        row = random.choice(kind)
        yield replace(row, id=f"{row.id}-{serial}")


@asynccontextmanager
async def _beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the works while the block runs; what goes wrong in one of them fails the block."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        await ending.ended(*tasks)
