"""The acceptance slip is asked for over HTTP."""

from uuid import UUID

import httpx

from tests.factories import filing
from tests.integration.declaration.asking import ask, filed
from tests.kits import Deliveries
from tests.unit.declaration.made import Told


async def test_the_slip_of_a_version_stays_what_it_was(
    broker: httpx.AsyncClient, deliveries: Deliveries
) -> None:
    found = await filed(broker)
    path = f"/v1/filings/{found['id']}/slip.pdf"
    first = await broker.get(path)
    assert first.headers["content-type"] == "application/pdf"
    assert found["receipt_number"] in first.headers["content-disposition"]
    await ask(broker, found["id"], "amend", filing(packages=41), key="a")
    await deliveries.bring(Told(UUID(found["id"])).noted(version=2))
    second = await broker.get(path)
    assert second.content != first.content
    assert (await broker.get(f"{path}?version=1")).content == first.content
    missing = await broker.get(f"{path}?version=3")
    assert (missing.status_code, missing.json()["code"]) == (404, "version_not_found")
