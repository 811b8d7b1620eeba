"""Fixtures of the end-to-end tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import servers as support
from tests.e2e.system import System, running

FACTOR = 3_600


@pytest.fixture
async def system(
    servers: support.TestServers, namespace: str, tmp_path: Path
) -> AsyncIterator[System]:
    """All four services behind one port; an hour in the yard lasts a second."""
    async with running(servers, namespace=namespace, folder=tmp_path, factor=FACTOR) as started:
        yield started
