"""What the OpenAPI documents promise holds against requests that schemathesis makes of them.

Good and bad requests of each operation, by somebody of each role that it admits, over HTTP and
with the ids of a consignment that is really there. Seeded: a run can be repeated.
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.cli import contracts
from shared.clock import ScaledClock
from tests import servers as support
from tests.e2e.clock import MORNING, HandClock
from tests.e2e.conftest import FACTOR
from tests.e2e.system import System, running
from tests.e2e.town import Town

SERIALS = itertools.count(1)
"""Each consignment's reference is another."""


@pytest.fixture(scope="module")
async def system(servers: support.TestServers) -> AsyncIterator[System]:
    """One for all services: each has a consignment of its own in it."""
    namespace = support.unique(servers)
    clock = ScaledClock(wall_epoch=datetime.now(UTC), yard_epoch=MORNING, factor=FACTOR)
    with tempfile.TemporaryDirectory() as folder:
        async with running(
            servers, namespace=namespace, folder=Path(folder), clock=clock
        ) as started:
            yield started
    await support.delete_streams(servers, namespace=namespace)


@pytest.mark.parametrize("service", contracts.NAMES)
async def test_the_document_of_a_service_holds(
    service: str, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with system.api() as api:
        ids = await _ids(Town(api, HandClock(system.clock.yard()), SERIALS))
    # Its import takes a second, in each of the processes that collect tests.
    from tests.e2e import promises

    await asyncio.to_thread(promises.try_all, service, system, ids)


async def _ids(town: Town) -> dict[str, str]:
    """A consignment that waits for its inspection: what its parts are called in addresses."""
    filing_id = await town.file("joint")
    case = await town.case_when(filing_id, lambda seen: seen["slot"] is not None)
    booking = await town.booking(filing_id)
    requirement = await town.requirement(filing_id)
    return {
        "filing_id": filing_id,
        "case_id": case["id"],
        "booking_id": booking["id"],
        "request_id": booking["id"],
        "requirement_id": requirement["id"],
        "decision_id": requirement["decision_id"],
        "code": booking["slot"]["yard"],
        "name": "recognition",
        "list": "units",
        "number": "1",
        "job_id": filing_id,
        "item": "arrival",
        **dict.fromkeys(("version", "before", "after", "question"), "1"),
    }
