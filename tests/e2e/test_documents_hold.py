"""What the OpenAPI documents promise holds against requests that schemathesis makes of them.

Good and bad requests of each operation, by somebody of each role that it admits, over HTTP and
with the ids of a consignment that is really there. Seeded: a run can be repeated.
"""

import asyncio

import pytest

from services.cli import contracts
from tests.e2e.clock import HandClock
from tests.e2e.system import System
from tests.e2e.town import Town


@pytest.mark.parametrize("service", contracts.NAMES)
async def test_the_document_of_a_service_holds(
    service: str, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with system.api() as api:
        ids = await _ids(Town(api, HandClock()))
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
