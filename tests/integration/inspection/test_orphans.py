"""Files that never became evidence go, and no others, whatever is being written meanwhile."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection import attaching
from services.inspection.domain.evidence import About, Sort
from services.inspection.domain.records import Actor, Moment
from services.inspection.evidence import content
from services.inspection.evidence.folder import Folder
from services.inspection.jobs import orphans
from shared.ids import uuid7
from tests import pictures
from tests.factories import NOW
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

CUSTOMS = Actor("customs", "officer", "customs")


@pytest.fixture(autouse=True)
async def _opened(room: Room) -> None:
    await room.plan()
    await room.do("customs", "open")


def _files(room: Room) -> list[Path]:
    return sorted(each for each in room.folder.rglob("*") if each.is_file())


async def _attach(room: Room, session: AsyncSession, vault: Folder) -> None:
    taken = content.take(pictures.picture(), "image/png", positions=False)
    await attaching.attach(
        session,
        b.CASE,
        uuid7(),
        taken,
        About(Sort.PHOTO),
        room=attaching.Room(vault, 10_000),
        who=CUSTOMS,
        now=Moment(wall=NOW, yard=NOW),
        ids=room.service.kit.ids,
    )


async def _attached(room: Room, vault: Folder) -> None:
    async with room.service.kit.database.transaction() as session:
        await _attach(room, session, vault)


async def test_a_file_that_never_became_evidence_is_swept_and_no_other(room: Room) -> None:
    kit, vault = room.service.kit, Folder(room.folder)
    await _attached(room, vault)
    kept = _files(room)
    await vault.keep("a" * 64, b"its transaction was rolled back")
    for each in _files(room):
        os.utime(each, times=(0, (NOW - timedelta(minutes=61)).timestamp()))
    await vault.keep("b" * 64, b"its transaction is under way")
    assert await orphans.sweep(kit, vault) == 1
    assert _files(room) == sorted([*kept, room.folder / "bb" / ("b" * 64)])


async def test_a_file_is_not_swept_while_its_record_is_being_written(
    room: Room, superuser: asyncpg.Connection
) -> None:
    kit, vault = room.service.kit, Folder(room.folder)
    async with kit.database.transaction() as session:
        await _attach(room, session, vault)
        (there,) = _files(room)
        os.utime(there, times=(0, 0))
        sweeping = asyncio.create_task(orphans.sweep(kit, vault))
        while not await superuser.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not sweeping.done()
            await asyncio.sleep(0.01)
    assert await sweeping == 0
    assert _files(room) == [there]
    assert await room.broken() == []
