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
async def office(office_database: Database) -> Office:
    """An office at 04:00 of a Monday in Shanghai, before the yard opens at 07:00."""
    clock = HandClock()
    kit = kits.kit(office_database, clock=clock)
    service = app.create(kit, Settings())
    return Office(service, service.api.state.desk, clock, kits.Deliveries(service))
