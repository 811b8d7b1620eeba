"""One town for all tests of a module that kill parts of it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.cli.replaying.client import Api
from tests import prepared
from tests import servers as support
from tests.faults import model, town, traffic

SEED = 1
INSPECTED = 0.3


@dataclass(frozen=True)
class AtWork:
    """A town, a client of it, and the traffic in it."""

    town: town.Town
    api: Api
    traffic: traffic.Traffic

    async def settled(self) -> list[str]:
        """What is not as it must be, once everything has come to rest."""
        known = self.traffic.acknowledged
        found = await model.settled(self.town.place, self.api, acknowledged=known)
        return found + self.town.failures()


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder that the account of the database may enter."""
    with tempfile.TemporaryDirectory(prefix="onestop-faults-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture(scope="module")
async def at_work(room: Path, servers: support.TestServers) -> AsyncIterator[AtWork]:
    """Brokers and officers at work in four processes on servers of their own."""
    await asyncio.to_thread(prepared.fill, room / "data", servers=servers)
    async with (
        town.founded(room / "data") as founded,
        founded.api() as api,
        traffic.working(api, seed=SEED, inspected=INSPECTED) as flow,
    ):
        yield AtWork(founded, api, flow)
