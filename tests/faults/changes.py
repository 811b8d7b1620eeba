"""Rows and files of inspection changed one at a time, on servers of their own."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from services.inspection import app
from shared.database import Database
from shared.embedded import provision
from tests import forging_rows
from tests import servers as support
from tests.integration.inspection import lived
from tests.integration.inspection.room import Room

NAME, SCHEMA = "changed", app.SCHEMA


async def run(*, changes: int, seed: int) -> dict[str, Any]:
    """Let two cases happen, then change so many things of them; `faults` are those unseen."""
    started = support.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = await _changed(started.postgres.admin_url, Path(folder), changes, seed)
    finally:
        support.stop(started)
    return {"changes": changes, "faults": found}


async def _changed(admin_url: str, folder: Path, changes: int, seed: int) -> list[str]:
    services = {SCHEMA: support.PASSWORD}
    await provision.provision(admin_url, database=NAME, services=services)
    admin = make_url(admin_url).set(database=NAME)
    role = admin.set(username=provision.role_of(SCHEMA), password=support.PASSWORD)
    database = Database(role.render_as_string(hide_password=False), schema=SCHEMA)
    await database.migrate(app.MIGRATIONS)
    address = admin.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {"search_path": SCHEMA}
    superuser = await asyncpg.connect(address, server_settings=settings)
    try:
        room = Room.on(database, folder)
        await lived.live(room)
        forger = forging_rows.Forger(superuser, folder, Random(seed))
        return await forging_rows.unseen(forger, room.verified, changes=changes)
    finally:
        await superuser.close()
        await database.close()
