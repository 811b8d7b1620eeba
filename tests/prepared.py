"""A data folder that was started once before and has nothing in it yet.

A first start makes a database and migrates four schemas: two seconds of CPU. A copy of what came
of it takes a tenth. Tests that are about the first start have one of their own.
"""

import asyncio
import fcntl
import subprocess
from pathlib import Path

from sqlalchemy.engine import make_url

from services.cli.registry import DATABASE, ENTRIES
from shared.database import Database
from shared.embedded import folder, provision
from shared.embedded.servers import Servers
from tests.servers import TestServers

PARTS = ("postgres", "secrets")
"""The broker's store and the logs are made anew: nothing that is found in them is of before."""


def fill(data: Path, *, servers: TestServers) -> None:
    """Copy the database, migrated, and its passwords to `data`, where nothing was started yet.

    The first of the run's workers that asks makes what is copied; from a running loop call it in
    a thread.
    """
    template = servers.data / "prepared"
    with (servers.data / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            unfinished = servers.data / "unfinished"
            with Servers.start(unfinished) as started:
                asyncio.run(_migrate(started))
            unfinished.rename(template)
    folder.make(data)
    # The database belongs to the account that runs it: `shutil` would not keep that.
    subprocess.run(["cp", "-a", *(template / part for part in PARTS), data], check=True)


async def _migrate(servers: Servers) -> None:
    """As the first `onestop up` does."""
    admin_url = servers.postgres.admin_url
    passwords = {entry.name: servers.secret(f"role_{entry.name}") for entry in ENTRIES}
    await provision.provision(admin_url, database=DATABASE, services=passwords)
    for entry in ENTRIES:
        url = make_url(admin_url).set(
            database=DATABASE,
            username=provision.role_of(entry.name),
            password=passwords[entry.name],
        )
        database = Database(url.render_as_string(hide_password=False), schema=entry.name)
        await database.migrate(entry.migrations)
        await database.close()
