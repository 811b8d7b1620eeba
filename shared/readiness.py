"""What a service must have to do its work, each told apart at `/readyz`."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared.database import Database
from shared.kit import Kit
from shared.telemetry.health import Check

Probe = Callable[[], Awaitable[None]]

# More rows than `work_mem` holds: PostgreSQL writes them to a temporary file in its data folder,
# and nothing else (no log, no table), and fails where no space is left.
SPILL = "SELECT count(*) FROM generate_series(1, 20000)"


def checks(kit: Kit, *, migrations: Path) -> Mapping[str, Check]:
    """The checks of one service.

    Without its database, or with a schema older than its code, nothing it is asked can be done: it
    is not ready. With a full disk it still reads, and without the broker it still accepts: it is
    degraded, and taking it away from its clients would only make things worse.
    """
    return {
        "database": Check(kit.database.ping),
        "schema": Check(schema(kit.database, migrations)),
        "storage": Check(storage(kit.database), needed=False),
        "broker": Check(_broker(kit), needed=False),
    }


class SchemaBehind(Exception):
    """The schema is older than the code that works on it."""


def schema(database: Database, migrations: Path) -> Probe:
    """Raises SchemaBehind unless the newest of our revisions is applied.

    A revision that we do not know is a newer one: while replicas are replaced one by one, the
    first new one migrates, and the old ones go on.
    """

    async def probe() -> None:
        known, newest = _revisions(migrations)
        try:
            async with database.connect() as connection:
                found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except ProgrammingError as error:
            raise SchemaBehind(f"no revision is applied, {newest} is needed") from error
        if found is None or (found in known and found != newest):
            raise SchemaBehind(f"revision {found} is applied, {newest} is needed")

    return probe


def storage(database: Database) -> Probe:
    """Raises the database's error if it cannot write: commonly, if its disk is full."""

    async def probe() -> None:
        async with database.connect() as connection:
            await connection.execute(text("SET LOCAL work_mem = '64kB'"))
            await connection.execute(text(SPILL))

    return probe


def _broker(kit: Kit) -> Probe:
    async def probe() -> None:
        if not kit.bus.connected:
            raise ConnectionError("the broker is away; events wait in the outbox")

    return probe


@cache
def _revisions(migrations: Path) -> tuple[frozenset[str], str]:
    """Every revision of a service, and the newest."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head() or ""
    return frozenset(each.revision for each in scripts.walk_revisions()), newest
