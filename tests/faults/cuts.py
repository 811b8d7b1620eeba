"""Power cuts, and kills, under the whole system while filings run."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from pathlib import Path
from random import Random

import nats
from nats.errors import Error as NatsError

from services.cli.replaying.client import Api
from services.cli.replaying.rows import Row
from tests.faults import ending, model, traffic
from tests.faults.disk import Disk
from tests.faults.town import Place
from tests.faults.whole import Whole

INSPECTED = 0.3
PROBE = "probe"
PAUSE = 0.02


class Blow(Enum):
    """What ends a life of the system: its process is killed and its servers live on, or the

    power of its disk is cut.
    """

    KILL = "kill"
    POWER = "power"


@dataclass
class Ledger:
    """What was acknowledged over all lives of the system: filings and publications."""

    filings: dict[str, Row] = field(default_factory=dict)
    published: int = 0

    def copy(self) -> "Ledger":
        """What was acknowledged until now."""
        return Ledger(dict(self.filings), self.published)


async def endure(
    disk: Disk,
    blows: Sequence[Blow],
    *,
    log: Path,
    random: Random,
    done: Callable[[Ledger], None],
) -> list[str]:
    """`onestop up` is dealt each blow while filings run; what is wrong once all has settled."""
    data, known = disk.place / "data", Ledger()
    lost: list[str] = []
    system = await Whole.start(data, log=log)
    try:
        for number, blow in enumerate(blows):
            before = await _live(system, disk, known, blow, first=number == 0, random=random)
            if blow is Blow.POWER:
                await asyncio.to_thread(disk.mount_again)
            system = await Whole.start(data, log=log)
            lost += [f"blow {number}: {each}" for each in await _missing(system, before)]
            done(before)
        lost += await _settled(system, known)
    finally:
        system.stop()
    return lost


async def _live(
    system: Whole, disk: Disk, known: Ledger, blow: Blow, *, first: bool, random: Random
) -> Ledger:
    """File and publish for a while; returns what was acknowledged when the blow fell."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(system.api())
        # What happens to callers after the blow is not judged.
        work = traffic.working(api, seed=1, inspected=INSPECTED, known=known.filings, rate=first)
        flow = await stack.enter_async_context(traffic.doomed(work))
        await flow.file(1)
        filing = flow.flowing(pause=PAUSE, waited=False)
        await stack.enter_async_context(traffic.doomed(filing))
        await stack.enter_async_context(_publishing(system.place, known))
        await asyncio.sleep(random.uniform(0.5, 2.0))
        before = known.copy()
        if blow is Blow.POWER:
            disk.cut()
        system.kill()
        return before


@asynccontextmanager
async def _publishing(place: Place, known: Ledger) -> AsyncIterator[None]:
    """Publish to a stream of its own, one message after another, counting what is acknowledged."""
    client = await nats.connect(place.nats_url, max_reconnect_attempts=0, error_cb=_quietly)
    jetstream = client.jetstream()
    await jetstream.add_stream(name=PROBE, subjects=[PROBE])

    async def publish() -> None:
        for number in count():
            await jetstream.publish(PROBE, str(number).encode(), timeout=5)
            known.published += 1

    task = asyncio.create_task(publish())
    try:
        yield
    finally:
        await ending.ended(task)
        await ending.left(client)


async def _quietly(_error: Exception) -> None:
    """It is about to lose its broker."""


async def _missing(system: Whole, before: Ledger) -> list[str]:
    """What was acknowledged before a cut and is not there after it."""
    async with system.api() as api:
        there = {each["id"] async for each in api.every("broker", "/declaration/v1/filings")}
    client = await nats.connect(system.place.nats_url)
    try:
        kept = (await client.jetstream().stream_info(PROBE)).state.messages
    except NatsError as error:
        kept = 0
        return [f"the stream is gone: {error}"]
    finally:
        await ending.left(client)
    gone = [f"filing {each} is gone" for each in before.filings if each not in there]
    short = before.published - kept
    return gone + ([f"{short} publications of {before.published} are gone"] if short > 0 else [])


async def _settled(system: Whole, known: Ledger) -> list[str]:
    """Everything that was acknowledged comes to its end."""
    async with system.api() as api, _inspecting(api, known):
        return await model.settled(system.place, api, acknowledged=known.filings)


@asynccontextmanager
async def _inspecting(api: Api, known: Ledger) -> AsyncIterator[None]:
    async with traffic.working(api, seed=2, inspected=INSPECTED, known=known.filings, rate=False):
        yield
