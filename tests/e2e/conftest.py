"""Fixtures of the end-to-end tests."""

import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from services.cli.replaying.client import Document
from shared.clock import ScaledClock
from tests import servers as support
from tests.e2e.clock import MORNING, HandClock
from tests.e2e.system import System, running
from tests.e2e.town import Town

FACTOR = Decimal(7_200)


@pytest.fixture
def fast_clock() -> ScaledClock:
    """From a Monday morning on; an hour in the yard lasts half a second."""
    return ScaledClock(wall_epoch=datetime.now(UTC), yard_epoch=MORNING, factor=FACTOR)


@pytest.fixture
async def system(
    servers: support.TestServers, namespace: str, tmp_path: Path, fast_clock: ScaledClock
) -> AsyncIterator[System]:
    """All four services behind one port."""
    async with running(servers, namespace=namespace, folder=tmp_path, clock=fast_clock) as started:
        yield started


@pytest.fixture(scope="module")
async def founded(servers: support.TestServers) -> AsyncIterator[Town]:
    """One system for all stories of a module."""
    namespace = support.unique(servers)
    clock = HandClock()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running(servers, namespace=namespace, folder=Path(folder), clock=clock) as system,
            system.api() as api,
        ):
            yield Town(api, clock)
    await support.delete_streams(servers, namespace=namespace)


@pytest.fixture
async def town(founded: Town) -> AsyncIterator[Town]:
    """The people of the town for one story; after it, every invariant holds."""
    yield founded
    await founded.settled()

    async def look() -> Document:
        return {"broken": await founded.broken()}

    # What ends by its time is swept every second: a busy machine may be late with that.
    await founded.until(look, lambda seen: not seen["broken"])
