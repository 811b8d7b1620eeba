"""Makes the backtests that are asked for, one after the other, in processes of their own.

A service that is killed leaves its backtest; some time later it is begun anew, and given up when
that happens too often.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from sqlalchemy import RowMapping

from services.mutual_recognition import backtests
from services.mutual_recognition.decision_tables.table import Table
from services.mutual_recognition.jobs import replaying
from services.mutual_recognition.jobs.replaying import COUNT, TASK, Task
from services.mutual_recognition.rulebook import Rulebook
from services.mutual_recognition.rules import report
from services.mutual_recognition.rules.tally import Prices, Tally
from shared.database import DRIVER
from shared.kit import Kit
from shared.service import Job

log = structlog.get_logger()

PROCESSES = 2
WORTH_TWO = 5_000
"""Filings from which on a second process is worth its start."""
POLL_SECONDS = 1.0
BEAT_SECONDS = 1.0
GIVEN_BACK = timedelta(seconds=30)
TRIES = 3
LEFT_ALONE = "its process ended before it was done, more than once"
SAID = 2_000
LINE = 64 * 2**20
"""Bytes of the sums that a process tells."""

Tell = Callable[[int], None]
Replay = Callable[[Task, Tell], Coroutine[Any, Any, Tally]]


class ReplayFailed(Exception):
    """The process ended without sums; says how."""


def job(kit: Kit, book: Rulebook, prices: Prices) -> Job:
    """Make the backtests that are asked for, for ever."""

    async def run() -> None:
        while True:
            if not await next_one(kit, book, prices):
                await asyncio.sleep(POLL_SECONDS)

    return run


async def next_one(
    kit: Kit, book: Rulebook, prices: Prices, *, replay: Replay | None = None
) -> bool:
    """Make the next backtest, `replay` its parts (by default in processes); was there one?"""
    async with kit.database.transaction() as session:
        mine = await backtests.take(session, now=kit.clock.wall(), within=GIVEN_BACK)
    if mine is None:
        return False
    if mine["tries"] > TRIES:
        await _ended(kit, mine, status="failed", failure=LEFT_ALONE)
        return True
    try:
        tally = await _made(kit, book, prices, mine, replay or in_a_process)
    except (ReplayFailed, asyncpg.PostgresError) as error:
        log.warning("backtest failed", backtest=str(mine["id"]), failure=str(error))
        await _ended(kit, mine, status="failed", failure=str(error)[:SAID])
        return True
    told = (await asyncio.to_thread(report.report, tally)).model_dump(mode="json")
    await _ended(kit, mine, status="done", report=told, done=tally.whole["filings"])
    return True


async def _ended(kit: Kit, mine: RowMapping, **values: Any) -> None:
    async with kit.database.transaction() as session:
        ended = {"finished_at": kit.clock.wall(), "due_back": None, **values}
        await backtests.keep(session, mine, **ended)


async def _made(
    kit: Kit, book: Rulebook, prices: Prices, mine: RowMapping, replay: Replay
) -> Tally:
    draft, name = Table.model_validate(mine["content"]), mine["name"]
    async with kit.database.transaction() as session:
        live = await book.deciding(session, on=draft.valid_from)
        cause = replaying.cause_of(name)
        filings = await session.info[DRIVER].fetchval(COUNT, cause)
        versions = {each.name: each.version for each in live.values()}
        await backtests.keep(session, mine, filings=filings, compared_with=versions)
    task = Task(
        address=_address(kit),
        schema=kit.database.schema,
        name=name,
        draft=draft,
        live={each.name: (each.version, each.table) for each in live.values()},
        agencies=book.agencies,
        prices=prices,
        parts=PROCESSES if filings >= WORTH_TWO else 1,
    )
    return await _together(kit, mine, task, replay)


async def _together(kit: Kit, mine: RowMapping, task: Task, replay: Replay) -> Tally:
    """All parts at once; their sums. Meanwhile the row says how many filings are done."""
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more

    parts = [asyncio.create_task(replay(part, tell)) for part in task.divided()]
    whole = Tally()
    try:
        waiting = set(parts)
        while waiting:
            ended, waiting = await asyncio.wait(waiting, timeout=BEAT_SECONDS)
            for part in ended:
                whole.include(part.result().dumped())
            beat = {"done": done, "due_back": kit.clock.wall() + GIVEN_BACK}
            async with kit.database.transaction() as session:
                if not await backtests.keep(session, mine, **beat):
                    raise ReplayFailed("another process took it over")
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
    return whole


def _address(kit: Kit) -> str:
    return kit.database.engine.url.render_as_string(hide_password=False)


async def in_a_process(task: Task, tell: Tell) -> Tally:
    """Replay one part in a process of its own. Cancelling kills it. Raises ReplayFailed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", replaying.__name__, str(os.getpid()),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, limit=LINE,
    )  # fmt: skip
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ReplayFailed("it has no pipes")
    errors = asyncio.create_task(process.stderr.read())
    tally: Tally | None = None
    try:
        process.stdin.write(TASK.dump_json(task))
        process.stdin.close()
        async for line in process.stdout:
            told = json.loads(line)
            tell(told.get("done", 0))
            if "tally" in told:
                tally = Tally()
                tally.include(told["tally"])
        code, said = await process.wait(), (await errors).decode(errors="replace")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        errors.cancel()
    if code != 0 or tally is None:
        raise ReplayFailed(f"ended with {code}: {said[-SAID:].strip() or 'nothing said'}")
    return tally
