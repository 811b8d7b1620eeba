"""Migrations take as long as they need, whatever a command may take otherwise."""

from pathlib import Path

import pytest
from sqlalchemy import text

from shared import database as module
from shared.database import Database
from tests import servers as support

ENV = "from shared import migrating\n\nmigrating.run()\n"
SLOW = """
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.execute("CREATE TABLE written AS SELECT 1 AS number FROM pg_sleep(0.6)")
"""


async def test_a_revision_may_take_longer_than_any_command(
    servers: support.TestServers,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text(ENV)
    (tmp_path / "versions" / "0001_slow.py").write_text(SLOW)
    monkeypatch.setattr(module, "COMMAND_SECONDS", 0.3)
    hurried = Database(
        database.engine.url.render_as_string(hide_password=False), schema=support.SCHEMA
    )
    await hurried.migrate(tmp_path)
    await hurried.close()
    async with database.connect() as connection:
        assert (await connection.execute(text("SELECT number FROM written"))).scalar_one() == 1
