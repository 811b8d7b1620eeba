"""Three brokers under the services: the leader of a stream is killed, or all are away a day."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.cli.replaying.client import Api
from tests.faults import cluster, model, process, town, traffic

STREAM = "onestop-declaration"
DATA = "three"
RESUME_SECONDS = 60.0
FILED_MEANWHILE = 10
LOOK_EVERY = 0.05
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Three:
    """A town whose streams have three copies. Nothing that is filed here is inspected."""

    brokers: cluster.Cluster
    town: town.Town
    api: Api
    flow: traffic.Traffic

    async def faults(self) -> list[str]:
        """What is not as it must be, once everything has come to rest."""
        known = self.flow.acknowledged
        found = await model.settled(self.town.place, self.api, acknowledged=known)
        return found + self.town.failures()


@asynccontextmanager
async def founded(room: Path) -> AsyncIterator[Three]:
    """Three brokers and the four services, for as long as the block runs."""
    with cluster.started(room) as brokers:
        await brokers.ready()
        more = {"ONESTOP_NATS_URL": brokers.urls, "ONESTOP_NATS_REPLICAS": "3"}
        async with (
            town.founded(room / DATA, **more) as made,
            made.api() as api,
            traffic.working(api, seed=1, inspected=0, rate=False) as flow,
        ):
            await flow.file(5)
            await _released(api, flow.acknowledged)
            yield Three(brokers, made, api, flow)


async def killed(three: Three) -> dict[str, Any]:
    """File while the leader is killed; how long until events of after that are delivered.

    Delivery has resumed when another service has taken a filing of after the kill; the whole way
    of all of them needs every stream and consumer that the killed broker led.
    """
    flow, before = three.flow, three.flow.acknowledged
    leader = await three.brokers.leader_of(STREAM)
    await asyncio.to_thread(leader.kill)
    began = time.monotonic()
    await flow.file(FILED_MEANWHILE)
    filed = time.monotonic() - began
    await _taken(three.api, flow.acknowledged - before)
    resumed = time.monotonic() - began
    await _released(three.api, flow.acknowledged)
    everything = time.monotonic() - began
    three.brokers.start(leader)
    return {
        "filed_meanwhile": len(flow.acknowledged - before),
        "refused": flow.broker.refused_rows,
        "filing_seconds": round(filed, 2),
        "delivery_resumed_seconds": round(resumed, 2),
        "all_released_seconds": round(everything, 2),
        "faults": await three.faults(),
    }


async def away(three: Three) -> dict[str, Any]:
    """All brokers are away while the services' clock goes on by a day.

    Yard and wall jump together. The broker's memory of what was published (120 s) is scaled down
    to a second, so it is long past when it is back.
    """
    flow, before, clock = three.flow, three.flow.acknowledged, three.town.clock
    for each in three.brokers.brokers:
        await asyncio.to_thread(each.kill)
    await flow.file(FILED_MEANWHILE)
    ahead = replace(clock, wall_epoch=clock.wall_epoch + DAY, yard_epoch=clock.yard_epoch + DAY)
    three.town.clock = process.later(ahead, by=DAY)
    for name in town.SERVICES:
        await three.town.kill(name)
    await three.town.start(*town.SERVICES)
    await flow.file(FILED_MEANWHILE)
    three.brokers.start(*three.brokers.brokers)
    return {
        "filed_meanwhile": len(flow.acknowledged - before),
        "refused": flow.broker.refused_rows,
        "faults": await three.faults(),
    }


async def _taken(api: Api, filings: set[str]) -> None:
    """Wait until mutual_recognition has taken one of these."""
    ends = time.monotonic() + RESUME_SECONDS
    path = "/mutual-recognition/v1/requirements"
    while not {each["filing_id"] async for each in api.every("auditor", path)} & filings:
        assert time.monotonic() < ends, f"not taken: {filings}"
        await asyncio.sleep(LOOK_EVERY)


async def _released(api: Api, filings: set[str]) -> None:
    """Wait until all of these are released."""
    ends = time.monotonic() + RESUME_SECONDS
    while True:
        there = {
            each["id"]
            async for each in api.every("broker", "/declaration/v1/filings", status="released")
        }
        if filings <= there:
            return
        assert time.monotonic() < ends, f"not released: {filings - there}"
        await asyncio.sleep(LOOK_EVERY)
