"""A booking office for a test: the service on a database of its own, with a clock to turn."""

from collections.abc import Awaitable, Callable

import pytest

from services.booking import app
from services.booking.settings import Settings
from shared.database import Database
from tests import kits
from tests.integration.booking.room import HandClock, Office


@pytest.fixture
async def office_database(service_database: Callable[[str], Awaitable[Database]]) -> Database:
    """The database of the office, for this test alone."""
    return await service_database("booking")


@pytest.fixture
def office_settings() -> Settings:
    """What the office goes by; a test may have its own."""
    return Settings()


@pytest.fixture
async def office(office_database: Database, office_settings: Settings) -> Office:
    """An office at 04:00 of a Monday in Shanghai, before the yard opens at 07:00."""
    clock = HandClock()
    kit = kits.kit(office_database, clock=clock)
    service = app.create(kit, office_settings)
    return Office(service, service.api.state.desk, clock, kits.Deliveries(service))
