"""What the tests of release notices ask for again and again."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from services.declaration import app
from services.declaration.settings import Settings
from shared import keyfile
from shared.service import Service
from tests import factories, kits
from tests.integration.declaration.asking import Json, filed
from tests.kits import Deliveries
from tests.unit.declaration.made import Told

HTML = {"Accept": "text/html,application/xhtml+xml"}


async def released(broker: httpx.AsyncClient, deliveries: Deliveries, **changes: Any) -> str:
    """A filing that was released after both agencies had inspected; its id."""
    found = await filed(broker, **changes)
    told = Told(UUID(found["id"]))
    await deliveries.bring(told.determined(), told.confirmed(), told.opened(), told.met())
    return str(found["id"])


async def notices(client: httpx.AsyncClient, filing_id: str) -> list[Json]:
    """The release notices of a filing."""
    answer = await client.get(f"/v1/filings/{filing_id}/release-notices")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["items"]
    return found


def said(notice: Json) -> Json:
    """What was sealed."""
    found: Json = json.loads(notice["text"])
    return found


def anybody(service: Service) -> httpx.AsyncClient:
    """A client that shows no token."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=service.api), base_url="http://test")


async def looked_up(service: Service, notice: Json, **headers: str) -> httpx.Response:
    """What anybody is answered at the notice's address."""
    path = notice["address"].removeprefix(kits.SEALED["public_url"])
    async with anybody(service) as client:
        return await client.get(path, headers=headers)


async def keys(service: Service) -> list[Json]:
    """The public keys, as anybody reads them."""
    async with anybody(service) as client:
        found: list[Json] = (await client.get("/v1/notices/keys")).json()["keys"]
    return found


def with_key(service: Service, folder: Path) -> Service:
    """The same service a day later with another seal key, made in the folder."""
    path = folder / "another.pem"
    keyfile.make(path)
    kit = replace(service.kit, clock=factories.still_clock(factories.NOW + timedelta(days=1)))
    return app.create(kit, Settings(**{**kits.SEALED, "seal_key": path}))


def without_key(service: Service) -> Service:
    """The same service on the same database without any."""
    return app.create(service.kit, Settings())


async def by_force(service: Service, change: str) -> None:
    """Change the table that only grows, as its owner can; from then on nothing guards it."""
    async with service.kit.database.transaction() as session:
        await session.execute(text("ALTER TABLE release_notices DISABLE TRIGGER USER"))
        await session.execute(text(change))
