"""What a service says of itself while something that it needs is missing."""

from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from services.booking import app
from services.booking.jobs import following
from services.booking.settings import Settings
from shared.database import Database
from shared.service import Service
from shared.telemetry import health
from tests import kits
from tests import servers as support
from tests.conftest import ServiceDatabase

NOWHERE = "postgresql+asyncpg://nobody:none@127.0.0.1:1/none"


@pytest.fixture
async def service(service_database: ServiceDatabase, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service whose broker is not connected, and which looks anew each time it is asked."""
    monkeypatch.setattr(health, "FRESH_SECONDS", -1.0)
    made = app.create(kits.kit(await service_database(app.NAME)), Settings())
    await following.follow_once(made.api.state.desk)
    return made


async def _do(service: Service, *statements: str) -> None:
    async with service.kit.database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


async def _readiness(service: Service) -> tuple[int, str, dict[str, str]]:
    """The status, what it is called, and the reason of each check that failed."""
    transport = httpx.ASGITransport(app=service.api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/readyz")
        assert (await client.get("/livez")).status_code == 200
    told: dict[str, Any] = answer.json()
    failed = {name: each["reason"] for name, each in told["checks"].items() if each["reason"]}
    return answer.status_code, told["status"], failed


async def test_without_the_broker_it_is_degraded_for_it_still_accepts(service: Service) -> None:
    status, called, failed = await _readiness(service)
    assert (status, called) == (200, "degraded")
    assert set(failed) == {"broker"}


async def test_without_its_database_it_is_not_ready(service: Service) -> None:
    away = Database(NOWHERE, schema=app.NAME)
    status, called, failed = await _readiness(app.create(kits.kit(away), Settings()))
    assert (status, called) == (503, "not_ready")
    assert set(failed) == {"database", "schema", "storage", "broker", "calendars"}


async def test_until_it_has_read_its_yards_it_is_not_ready(service: Service) -> None:
    again = app.create(service.kit, Settings())
    status, called, failed = await _readiness(again)
    assert (status, called, set(failed)) == (503, "not_ready", {"calendars", "broker"})
    await following.follow_once(again.api.state.desk)
    assert set((await _readiness(again))[2]) == {"broker"}


async def test_with_a_schema_that_lacks_a_revision_it_is_not_ready(service: Service) -> None:
    await _do(service, "UPDATE alembic_version SET version_num = '0001'")
    status, called, failed = await _readiness(service)
    assert (status, called) == (503, "not_ready")
    assert failed["schema"].startswith("SchemaBehind: revision 0001 is applied, 0")


async def test_without_any_revision_it_is_not_ready(service: Service) -> None:
    await _do(service, "DROP TABLE alembic_version")
    status, called, failed = await _readiness(service)
    assert (status, called) == (503, "not_ready")
    assert failed["schema"].startswith("SchemaBehind: no revision is applied, 0")


async def test_with_a_schema_of_a_newer_release_it_goes_on(service: Service) -> None:
    await _do(service, "UPDATE alembic_version SET version_num = '9999'")
    assert set((await _readiness(service))[2]) == {"broker"}


async def test_a_database_that_reads_but_has_no_room_left_makes_it_degraded(
    service: Service, servers: support.TestServers
) -> None:
    """Room for temporary files is what can be taken from the database of one test alone."""
    url = service.kit.database.engine.url
    plain = make_url(servers.admin_url).set(drivername="postgresql")
    admin = await asyncpg.connect(plain.render_as_string(hide_password=False))
    forbid = f'ALTER ROLE "{url.username}" IN DATABASE "{url.database}" SET temp_file_limit = 0'
    await admin.execute(forbid)
    await admin.close()
    await service.kit.database.close()
    status, called, failed = await _readiness(service)
    assert (status, called) == (200, "degraded")
    assert set(failed) == {"storage", "broker"}
    assert "temp_file_limit" in failed["storage"]
