"""One service for all tests of a module, which change nothing of what others read."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.declaration import app
from services.declaration.settings import Settings
from shared.service import Service
from tests import kits
from tests.conftest import service_databases
from tests.lending import Lender


@pytest.fixture(scope="module")
async def service(lender: Lender) -> AsyncIterator[Service]:
    """The service, its broker away, its clock standing still."""
    async with service_databases(lender) as fresh:
        yield app.create(kits.kit(await fresh(app.NAME)), Settings())


@pytest.fixture(scope="module")
async def broker(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """The broker that asks."""
    async with kits.client(service) as client:
        yield client
