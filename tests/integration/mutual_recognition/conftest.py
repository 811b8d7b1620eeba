"""The service on a migrated database of its own, and a world that tells it what happens."""

from collections.abc import Awaitable, Callable

import pytest

from services.mutual_recognition import app
from services.mutual_recognition.settings import Settings
from shared.database import Database
from tests import kits
from tests.integration.mutual_recognition.world import World


@pytest.fixture
async def world(service_database: Callable[[str], Awaitable[Database]]) -> World:
    """A fresh world under the founding rules."""
    database = await service_database(app.NAME)
    return World(app.create(kits.kit(database), Settings()))
