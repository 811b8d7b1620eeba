"""Consignments from their filing to their end, through the public API alone.

The same rows end the same way when every event comes again and again, or shuffled.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.cli import verify
from services.cli.people import DEMO_BROKER
from services.cli.replaying import rows as dataset
from services.cli.replaying import tally
from services.cli.replaying.client import Api
from services.cli.replaying.rows import Row
from services.cli.replaying.run import Plan, Watcher, replay
from shared.clock import ScaledClock
from tests import servers as support
from tests.e2e.hostile import Wires
from tests.e2e.system import System, running

CONSIGNMENTS = Path(__file__).parent / "consignments.csv"
RUN = "whole"
SEED = 1
WEEK_MINUTES = 10_080
ROUNDS, ROUND_SECONDS = 4, 2
SETTLE_SECONDS = 60

EXPECTED: Mapping[str, Any] = {
    "rows": 25,
    "filed": 22,
    "refused": 3,
    "requirement": {"none": 8, "single": 4, "joint": 6, "recognition": 4},
    "booked": 14,
    "inspected": 14,
    "findings": 4,
    "recognised": 4,
    "released": 18,
    "refused_entry": 4,
    "open": 0,
    "events_pending": 0,
    "dead_letters": 0,
}
"""Twenty-five rows: three break a rule of the form; of one, customs does not recognise what
quarantine found, and looks itself."""


@pytest.fixture(autouse=True)
def officers_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """An open container waits for a week: three yard hours pass in no time here."""
    monkeypatch.setenv("ONESTOP_INSPECTION_WAIT_MINUTES", str(WEEK_MINUTES))


async def whole_way(api: Api, *, watcher: Watcher | None = None) -> dict[str, Any]:
    """Replay the consignments; returns the figures."""
    plan = Plan(
        rows=list(dataset.read(CONSIGNMENTS, limit=None)), broker=DEMO_BROKER, seed=SEED, run=RUN
    )
    return await replay(api, plan, watcher=watcher)


async def ends(api: Api) -> dict[str, tuple[str, str]]:
    """The end of each row: its filing's status and its requirement's mode."""
    filings = api.every("broker", "/declaration/v1/filings")
    return {
        each["reference"]: (each["status"], each["requirement"]["mode"]) async for each in filings
    }


async def holds_together(api: Api) -> None:
    """Every invariant of every service, and between them."""
    found = await verify.check(api)
    assert found["invariants_broken"] == []
    assert found["chains_ok"]
    assert (found["events_pending"], found["dead_letters"]) == (0, 0)
    assert found["cases"] == EXPECTED["inspected"]
    await measured(api)


async def measured(api: Api) -> None:
    """What inspection measured of all filings is what came of them."""
    groups = (await api.get("auditor", "/inspection/v1/measures"))["items"]
    modes = {mode: sum(each[f"mode_{mode}"] for each in groups) for mode in tally.MODES}
    assert modes == EXPECTED["requirement"]
    for name in ("released", "refused_entry", "open"):
        assert sum(each[name] for each in groups) == EXPECTED[name]
    assert sum(each["filings"] for each in groups) == EXPECTED["filed"]
    assert sum(each["minutes"]["inspection"]["count"] for each in groups) == EXPECTED["inspected"]


def counted(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures that do not depend on how fast the machine is."""
    return {name: figures[name] for name in EXPECTED}


async def test_every_row_is_refused_by_a_rule_or_driven_to_its_end(system: System) -> None:
    """All four modes, recognitions granted and refused, findings of both labels."""
    async with system.api() as api:
        figures = await whole_way(api)

        assert counted(figures) == EXPECTED
        assert figures["moves_avoided"] > 0
        assert figures["unpackings_avoided"] > 0
        await holds_together(api)
        ended = await ends(api)
    assert ended[f"W-11-{RUN}"] == ("refused_entry", "single")
    assert ended[f"W-18-{RUN}"] == ("released", "recognition")
    assert ended[f"W-22-{RUN}"] == ("refused_entry", "joint")


async def reemit(api: Api) -> int:
    """Let every service send all that it ever published; returns how many events."""
    sent = 0
    for prefix in tally.PREFIXES:
        path = f"/{prefix}/v1/ops/outbox/re-emit"
        sent += (await api.post("service", path, {}, key=str(uuid4())))["events"]
    return sent


async def settled(api: Api) -> None:
    """Wait until no event is on its way any more."""
    async with asyncio.timeout(SETTLE_SECONDS):
        while (await tally.backlog(api)).events_pending:
            await asyncio.sleep(0.1)


def reemitter(api: Api) -> Watcher:
    """Sends everything again, some rounds long, while the replay runs."""

    async def rounds() -> None:
        for _ in range(ROUNDS):
            await asyncio.sleep(ROUND_SECONDS)
            await reemit(api)

    def watch(_filings: Mapping[str, Row]) -> Callable[[], Awaitable[None]]:
        return rounds

    return watch


async def test_events_that_come_again_and_again_change_nothing(system: System) -> None:
    """Every outbox is emitted anew while the replay runs, and once more when all is over."""
    async with system.api() as api:
        figures = await whole_way(api, watcher=reemitter(api))
        ended = await ends(api)
        repeated = await reemit(api)
        await settled(api)

        assert counted(figures) == EXPECTED
        assert repeated > figures["filed"] * 10
        assert await ends(api) == ended
        await holds_together(api)


async def test_events_that_come_shuffled_and_up_to_three_times_change_nothing(
    servers: support.TestServers, namespace: str, tmp_path: Path, fast_clock: ScaledClock
) -> None:
    """Whatever order the broker chooses, each aggregate's events take effect once, in theirs."""
    wires = Wires(seed=SEED)
    async with (
        running(
            servers, namespace=namespace, folder=tmp_path, clock=fast_clock, wire=wires
        ) as system,
        system.api() as api,
    ):
        figures = await whole_way(api)
        await wires.emptied()
        await settled(api)

        assert counted(figures) | {"events_pending": 0} == EXPECTED
        published = sum(bus.sent for bus in wires.buses)
        assert published > 300
        await holds_together(api)
