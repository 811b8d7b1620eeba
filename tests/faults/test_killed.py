"""Services and servers are killed or hang while filings run; nothing acknowledged is lost.

What must hold is looked up by an independent model (`tests.faults.model`).
"""

import asyncio
import shutil
import signal
from random import Random
from uuid import uuid4

import pytest

from services.cli.registry import BY_NAME
from tests.faults import kills, process
from tests.faults.conftest import SEED, AtWork

PAUSE = 0.2
"""Between filings: some are on their way all the time, and none waits for a processor."""


@pytest.mark.parametrize("number", range(kills.ALL_POINTS))
async def test_killed_at_its_crash_point_a_service_loses_and_doubles_nothing(
    at_work: AtWork, number: int
) -> None:
    points = kills.wave(number)
    died = await kills.at_points(at_work.town, at_work.traffic, points, pause=PAUSE)
    assert died == dict.fromkeys(points, -signal.SIGKILL)
    assert await at_work.settled() == []


async def test_killed_at_random_services_and_servers_lose_and_double_nothing(
    at_work: AtWork,
) -> None:
    killed: list[str] = []
    await kills.at_random(
        at_work.town,
        at_work.traffic,
        kills=6,
        random=Random(SEED),
        done=killed.append,
        pause=PAUSE,
    )
    assert await at_work.settled() == []
    assert len(killed) == 6


async def test_both_servers_killed_at_once_come_back_with_everything(at_work: AtWork) -> None:
    town = at_work.town
    async with at_work.traffic.flowing(pause=PAUSE):
        await asyncio.gather(town.kill("PostgreSQL"), town.kill("NATS"))
        await town.again("NATS")
    assert await at_work.settled() == []


async def test_a_service_that_hangs_past_the_ack_wait_applies_nothing_twice(
    at_work: AtWork,
) -> None:
    """Meanwhile another of the same name takes what it had in hand."""
    town, second = at_work.town, "mutual_recognition.2"
    await town.start(second)
    async with at_work.traffic.flowing(pause=PAUSE):
        town.signal("mutual_recognition", signal.SIGSTOP)
        await asyncio.sleep(2 * process.ACK_WAIT_SECONDS)
        town.signal("mutual_recognition", signal.SIGCONT)
    assert await at_work.settled() == []
    await town.kill(second)


async def test_an_emptied_broker_is_filled_again_from_the_database(at_work: AtWork) -> None:
    """By the operator's request on top of what each relay notices itself."""
    town, api = at_work.town, at_work.api
    await at_work.traffic.file(5)
    await town.kill("NATS")
    shutil.rmtree(town.servers.folder.nats / "store" / "jetstream")
    await at_work.traffic.file(5)
    await town.again("NATS")
    sent = 0
    for entry in BY_NAME.values():
        path = f"{entry.prefix}/v1/ops/outbox/re-emit"
        sent += int((await api.post("service", path, {}, key=str(uuid4())))["events"])
    assert sent > 0
    assert await at_work.settled() == []
