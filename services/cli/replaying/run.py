"""A whole replay: rate companies, file every row, drive each filing to its end, count."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from services.cli.console import err, say
from services.cli.replaying import supervisors, tally
from services.cli.replaying.brokers import Broker
from services.cli.replaying.client import Api
from services.cli.replaying.clock import YardClock
from services.cli.replaying.officers import Officers
from services.cli.replaying.rows import Row, Unreadable

LOOK_EVERY = 1.0
PATIENCE_SECONDS = 300.0
SLOW = 60
SETTLE_SECONDS = 60


@dataclass(frozen=True)
class Plan:
    """What to replay: `run` marks references and keys, so that the same rows can be replayed."""

    rows: Sequence[Row | Unreadable]
    broker: str
    seed: int
    run: str


Watcher = Callable[[Mapping[str, Row]], Callable[[], Awaitable[None]]]


async def replay(api: Api, plan: Plan, *, watcher: Watcher | None = None) -> dict[str, Any]:
    """Replay the rows; returns the figures. What stays open after long waiting is told.

    `watcher` is given the filings as they are accepted, and runs beside.
    """
    began = time.monotonic()
    index = await api.get("auditor", "/")
    now = datetime.fromisoformat(index["yard_time"])
    clock = YardClock(told=now, factor=float(index["yard_clock_factor"]))
    _warn_if_slow(clock)
    trusted = supervisors.chosen(_readable(plan.rows), seed=plan.seed)
    say(f"{len(trusted)} companies are rated high by both agencies' supervisors")
    await supervisors.rate(api, trusted, run=plan.run, now=now)
    broker = Broker(api, plan.broker, plan.seed, plan.run, clock.now())
    officers = Officers(api, clock, plan.run, broker.rows)
    with _progress() as bars:
        filing = bars.add_task("filed", total=len(plan.rows))
        ending = bars.add_task("ended", total=None)
        others = [watcher(broker.rows)] if watcher else []
        async with _beside(broker.book, officers.work, *others):
            started = time.monotonic()
            await broker.file_all(plan.rows, done=lambda: bars.advance(filing))
            filing_seconds = time.monotonic() - started
            await _until_ended(api, broker, plan.run, bars, ending, patience=_patience(clock))
    await _settle(api)
    counted = await tally.count(api, broker.rows, run=plan.run)
    for rule, times in broker.refused.most_common():
        say(f"refused by rule {rule}: {times}")
    return {
        "rows": len(plan.rows),
        "filed": len(broker.rows),
        "refused": broker.refused_rows,
        **counted,
        "seconds": round(time.monotonic() - began, 1),
        "filings_per_second": round(len(broker.rows) / max(filing_seconds, 0.001), 1),
    }


def _warn_if_slow(clock: YardClock) -> None:
    if clock.factor < SLOW:
        say(
            f"the yards' clock of this system runs at {clock.factor:g}x: this takes hours; "
            "start one with `onestop up --clock 600x --data DIR` / "
            f"该系统的查验场时钟为 {clock.factor:g} 倍速，回放需数小时"
        )


def _patience(clock: YardClock) -> float:
    """Seconds without a filing's end after which nothing more is expected: a day in the yard."""
    return max(PATIENCE_SECONDS, clock.wall_seconds(timedelta(days=1)))


def _readable(rows: Sequence[Row | Unreadable]) -> list[Row]:
    return [row for row in rows if isinstance(row, Row)]


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err, transient=False)


@asynccontextmanager
async def _beside(*works: Any) -> AsyncIterator[None]:
    """Run the works while the block runs; an error in one of them ends the block."""
    parent = asyncio.current_task()
    tasks = [asyncio.create_task(work()) for work in works]

    def stop(task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None and parent is not None:
            parent.cancel()

    for task in tasks:
        task.add_done_callback(stop)
    try:
        yield
    except asyncio.CancelledError:
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error from None
        raise
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _until_ended(
    api: Api, broker: Broker, run: str, bars: Progress, bar: TaskID, *, patience: float
) -> None:
    """Wait until every filing has ended, as long as things still move."""
    total = len(broker.rows)
    before, still = -1, time.monotonic()
    while True:
        left = await tally.still_open(api, run=run)
        bars.update(bar, total=total, completed=total - left)
        if left == 0:
            return
        if left != before:
            before, still = left, time.monotonic()
        elif time.monotonic() - still > patience:
            say(f"nothing moved for {patience:g} s: {left} filings stay open")
            return
        await asyncio.sleep(LOOK_EVERY)


async def _settle(api: Api) -> None:
    """Wait until no event is on its way any more."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        if (await tally.backlog(api)).events_pending == 0:
            return
        await asyncio.sleep(0.2)
