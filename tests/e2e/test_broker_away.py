"""The broker is stopped under the running system, and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx

from services.cli.replaying.client import Document
from shared.embedded.servers import Servers
from tests import plain
from tests import servers as support
from tests.admin import Admin
from tests.e2e.clock import HandClock
from tests.e2e.system import System, running
from tests.e2e.town import Town


async def readiness(url: str) -> Document:
    """What the system says of itself."""
    async with httpx.AsyncClient(verify=plain.HTTP) as client:
        answer = await client.get(f"{url}/readyz")
    return {**answer.json(), "code": answer.status_code}


@asynccontextmanager
async def own_servers() -> AsyncIterator[tuple[Servers, support.TestServers]]:
    """Servers of this test alone, for it stops one of them; and where they answer."""
    own = await asyncio.to_thread(support.start)
    url = own.postgres.admin_url
    try:
        with closing(Admin(url)) as admin:
            yield (
                own,
                support.TestServers(
                    url, own.nats.url, data=own.folder.data, worker="own", admin=admin
                ),
            )
    finally:
        await asyncio.to_thread(support.stop, own)


async def test_filings_are_accepted_while_the_broker_is_away_and_go_on_when_it_is_back(
    tmp_path: Path,
) -> None:
    """The system says that it is degraded, and loses nothing."""
    clock = HandClock()
    async with (
        own_servers() as (own, servers),
        running(servers, namespace="away", folder=tmp_path, clock=clock) as system,
        system.api() as api,
    ):
        town, port = Town(api, clock), own.nats.port
        begun = await town.file("joint")
        case = await town.opened(begun, "customs", "quarantine")

        await asyncio.to_thread(own.nats.stop)
        degraded = await _says(town, system, "degraded")
        unselected, later = await town.file("none"), await town.file("single")
        await town.concluded("customs", case)
        await town.concluded("quarantine", case)
        waiting = await api.get("service", "/declaration/v1/ops/pending")
        stands = [(await town.filing(each))["status"] for each in (begun, unselected, later)]

        await asyncio.to_thread(own.nats.start, port)
        await _says(town, system, "ready")
        await town.filing_is(begun, "released")
        await town.filing_is(unselected, "released")
        await town.concluded("quarantine", await town.opened(later, "quarantine"))
        await town.filing_is(later, "released")
        await town.settled()
        assert await town.broken() == []

    assert degraded["code"] == 200
    assert stands == ["accepted"] * 3
    assert waiting["outbox"] >= 2
    assert not waiting["broker"]


async def _says(town: Town, system: System, status: str) -> Document:
    """Wait until the system says this of itself; all it says then."""
    return await town.until(
        lambda: readiness(system.url), lambda seen: bool(seen["status"] == status)
    )
