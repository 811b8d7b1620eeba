"""`onestop up` is killed in the middle of a replay, with no chance to put anything in order."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from services.cli import instance, verify
from services.cli.instance import Instance
from services.cli.people import DEMO_BROKER
from services.cli.replaying import rows as dataset
from services.cli.replaying import tally
from services.cli.replaying.brokers import Broker
from services.cli.replaying.client import Api
from services.cli.replaying.clock import YardClock
from services.cli.replaying.officers import Officers
from services.cli.replaying.rows import Row
from shared.embedded.folder import Folder
from tests.e2e.clock import begin_in_the_morning

CONSIGNMENTS = Path(__file__).parent / "consignments.csv"
FACTOR = 7_200
START_SECONDS = 60.0
PATIENCE_SECONDS = 120.0
ENOUGH = 12
"""Kill it once so many filings were acknowledged."""

Process = subprocess.Popen[bytes]


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that the account of the database may enter."""
    folder = Path(tempfile.mkdtemp(prefix="onestop-killed-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def up(data: Path) -> tuple[Process, Instance]:
    """Start it, and wait until it is ready."""
    command = [sys.executable, "-m", "services.cli.main", "up", "--port", "0"]
    environment = {**os.environ, "ONESTOP_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [*command, "--data", str(data), "--clock", f"{FACTOR}x"],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    folder, deadline = Folder(data), time.monotonic() + START_SECONDS
    while (running := folder.running()) is None or running.pid != process.pid:
        assert process.poll() is None, "it did not start"
        assert time.monotonic() < deadline, "it did not start in time"
        time.sleep(0.05)
    with instance.found(data, url=None, token_file=None, factor=None) as where:
        return process, where


async def told_time(api: Api) -> YardClock:
    """The yards' clock of the running system."""
    told = datetime.fromisoformat((await api.get("auditor", "/"))["yard_time"])
    return YardClock(told=told, factor=float(FACTOR))


def copies(rows: list[Row], *, count: int) -> list[Row]:
    """More consignments of the same kinds."""
    return [replace(row, id=f"{row.id}-{copy}") for copy in range(count) for row in rows]


async def file_until_killed(where: Instance, process: Process) -> dict[str, Row]:
    """File, book and inspect; kill the system meanwhile. Returns what was acknowledged."""
    readable = [row for row in dataset.read(CONSIGNMENTS, limit=22) if isinstance(row, Row)]
    rows = copies(readable, count=4)
    async with Api(where.url, where.tokens) as api:
        clock = await told_time(api)
        broker = Broker(api, DEMO_BROKER, 1, "before", clock.now())
        officers = Officers(api, clock, "before", broker.rows)
        works = (broker.file_all(rows, done=lambda: None), broker.book(), officers.work())
        tasks = [asyncio.create_task(each) for each in works]
        while len(broker.rows) < ENOUGH:
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        acknowledged = dict(broker.rows)
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
    assert len(acknowledged) < len(rows)
    return acknowledged


async def bring_to_the_end(where: Instance, acknowledged: dict[str, Row]) -> dict[str, str]:
    """Book and inspect what was acknowledged before; returns each filing's last status."""
    async with Api(where.url, where.tokens) as api:
        clock = await told_time(api)
        broker = Broker(api, DEMO_BROKER, 1, "after", clock.now(), rows=dict(acknowledged))
        officers = Officers(api, clock, "after", broker.rows)
        tasks = [asyncio.create_task(each) for each in (broker.book(), officers.work())]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            filings = api.every("broker", "/declaration/v1/filings")
            status = {each["id"]: str(each["status"]) async for each in filings}
            left = {each for each in acknowledged if status.get(each) not in tally.ENDED}
            if not left and (await tally.backlog(api)).events_pending == 0:
                break
            assert time.monotonic() < deadline, {each: status.get(each) for each in left}
            await asyncio.sleep(0.2)
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        found = await verify.check(api)
    assert found["invariants_broken"] == []
    assert found["chains_ok"]
    assert found["dead_letters"] == 0
    return status


async def test_nothing_that_was_acknowledged_is_lost_when_the_system_is_killed(data: Path) -> None:
    """It starts again on the same folder, and every filing goes on to its end."""
    begin_in_the_morning(data, factor=Decimal(FACTOR))
    process, where = await asyncio.to_thread(up, data)
    try:
        acknowledged = await file_until_killed(where, process)
    finally:
        process.kill()
        process.wait()

    process, where = await asyncio.to_thread(up, data)
    try:
        status = await bring_to_the_end(where, acknowledged)
    finally:
        process.send_signal(signal.SIGTERM)
        left_with = await asyncio.to_thread(process.wait, 30)

    assert set(acknowledged) <= set(status)
    assert left_with == 0
