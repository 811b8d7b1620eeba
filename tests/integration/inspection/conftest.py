"""A room for tests of inspection."""

import pytest

from tests.conftest import ServiceDatabase
from tests.integration.inspection.room import Room


@pytest.fixture
async def room(service_database: ServiceDatabase) -> Room:
    """Inspection on a fresh database, with the yard's clock at the slot's begin."""
    return Room.on(await service_database("inspection"))
