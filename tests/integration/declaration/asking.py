"""What the tests of declaration ask of its API again and again."""

from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from services.declaration import checks
from shared.service import Service
from tests import kits
from tests.factories import filing

Json = dict[str, Any]


async def filed(client: httpx.AsyncClient, /, **changes: Any) -> Json:
    """The answer to a filing that is accepted."""
    body = filing() | changes
    answer = await client.post("/v1/filings", json=body, headers=kits.keyed(body["reference"]))
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def read(client: httpx.AsyncClient, filing_id: str) -> Json:
    """The filing as it stands."""
    answer = await client.get(f"/v1/filings/{filing_id}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def ask(
    broker: httpx.AsyncClient, filing_id: str, change: str, body: Json, *, key: str
) -> httpx.Response:
    """Ask to `amend` or `withdraw`."""
    return await broker.post(
        f"/v1/filings/{filing_id}/{change}", json=body, headers=kits.keyed(key)
    )


async def receipts(client: httpx.AsyncClient, filing_id: str) -> list[Json]:
    """All receipts of a filing, in order."""
    answer = await client.get(f"/v1/filings/{filing_id}/receipts")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["items"]
    assert [each["sequence"] for each in found] == list(range(1, len(found) + 1))
    return found


async def kinds(client: httpx.AsyncClient, filing_id: str) -> list[str]:
    """What the receipts tell, in order."""
    return [each["kind"] for each in await receipts(client, filing_id)]


async def broken(service: Service) -> dict[str, list[str]]:
    """The invariants that do not hold, with what breaks them."""
    async with service.kit.database.connect() as connection:
        return await broken_in(connection)


async def broken_in(connection: AsyncConnection) -> dict[str, list[str]]:
    """The same in a transaction that is still open."""
    found = {name: await check(connection) for name, check in checks.CHECKS.items()}
    return {name: wrong for name, wrong in found.items() if wrong}
