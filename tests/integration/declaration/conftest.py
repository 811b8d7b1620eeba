"""The declaration service on a database of its own."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.declaration import app
from services.declaration.settings import Settings
from shared.auth.principal import Role
from shared.service import Service
from tests import kits
from tests.conftest import ServiceDatabase
from tests.kits import Deliveries


@pytest.fixture
async def service(service_database: ServiceDatabase) -> Service:
    """The service, its broker away, its clock standing still."""
    return app.create(kits.kit(await service_database(app.NAME)), Settings(**kits.SEALED))


@pytest.fixture
async def broker(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """The broker that files."""
    async with kits.client(service) as client:
        yield client


@pytest.fixture
async def officer(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """An officer of customs."""
    async with kits.client(service, Role.OFFICER, org="port", agency="customs") as client:
        yield client


@pytest.fixture
def deliveries(service: Service) -> Deliveries:
    """Brings in what other services tell."""
    return Deliveries(service)
