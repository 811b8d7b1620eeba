"""Records are written once: the database refuses to change them, and a change is seen."""

from dataclasses import replace

import asyncpg
import pytest
import rfc8785
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.inspection import store
from services.inspection.domain.records import Head
from shared.errors import StaleVersion
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

EDIT = (
    "UPDATE case_records SET payload = CAST(CAST(payload AS jsonb)"
    """ || '{"reason": "another"}' AS json) WHERE seq = 2"""
)
CHANGES = [EDIT, "DELETE FROM case_records", "TRUNCATE case_records", "TRUNCATE cases CASCADE"]
FORGERIES = [
    EDIT,
    "UPDATE case_records SET payload = CAST(CAST(payload AS text) || ' ' AS json) WHERE seq = 2",
    "UPDATE case_records SET actor_subject = 'somebody' WHERE seq = 1",
    "UPDATE case_records SET yard = yard + interval '1 microsecond' WHERE seq = 2",
    "UPDATE case_records SET hash = repeat('f', 64) WHERE seq = 3",
    "DELETE FROM case_records WHERE seq = 1",
    "DELETE FROM case_records WHERE seq = 3",
    "DELETE FROM case_records",
]
IMPOSSIBLE = [
    ("UPDATE cases SET version = version + 1, head_seq = head_seq + 1", "version and events"),
    ("UPDATE cases SET status = 'planned'", "state and openings disagree"),
    ("UPDATE cases SET status = 'open'; DELETE FROM case_openings", "state and openings disagree"),
]


async def test_a_payload_is_kept_as_the_very_text_that_was_hashed(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    kept = await superuser.fetch("SELECT CAST(payload AS text) AS payload FROM case_records")
    chain = (await room.see(path=f"/{b.CASE}/records"))["items"]
    assert {row["payload"] for row in kept} == {
        rfc8785.dumps(each["payload"]).decode() for each in chain
    }


async def test_the_services_own_role_cannot_change_a_record(room: Room) -> None:
    await room.plan()
    for change in CHANGES:
        with pytest.raises(DBAPIError, match="permission denied"):
            async with room.service.kit.database.transaction() as session:
                await session.execute(text(change))
    assert await room.broken() == []


async def test_even_a_superuser_is_refused_while_the_trigger_stands(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    await superuser.execute("SET session_replication_role = replica")
    for change in CHANGES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
            await superuser.execute(change)
    assert await room.broken() == []


async def test_a_record_changed_behind_the_triggers_back_is_found(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    await superuser.execute("ALTER TABLE case_records DISABLE TRIGGER ALL")
    await superuser.execute("CREATE TEMP TABLE kept AS SELECT * FROM case_records")
    for change in FORGERIES:
        assert await room.broken() == []
        await superuser.execute(change)
        broken = await room.broken()
        assert broken, change
        assert all(each.startswith(f"chains: case {b.CASE}") for each in broken)
        await superuser.execute("DELETE FROM case_records")
        await superuser.execute(
            "INSERT INTO case_records OVERRIDING SYSTEM VALUE SELECT * FROM kept"
        )


async def test_a_state_that_cannot_be_is_found(room: Room, superuser: asyncpg.Connection) -> None:
    await room.plan()
    await room.do("customs", "open", {"present": ["customs"]})
    assert await room.broken() == []
    for change, said in IMPOSSIBLE:
        await superuser.execute(change)
        assert any(said in each for each in await room.broken()), change


async def test_a_section_concluded_by_an_agency_that_is_not_needed_is_refused_by_the_database(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan(**b.recognition())
    with pytest.raises(asyncpg.CheckViolationError):
        await superuser.execute(
            "UPDATE case_sections SET conclusions = '[{}]' WHERE agency = 'customs'"
        )


async def test_a_second_open_opening_is_refused_by_the_database(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    await room.do("customs", "open", {"present": ["customs"]})
    with pytest.raises(asyncpg.UniqueViolationError):
        await superuser.execute(
            "INSERT INTO case_openings SELECT case_id, 2, opened_at, NULL, present, slot,"
            ' \'{"en": "why", "zh": "原因"}\', came'
            " FROM case_openings"
        )


async def test_a_completed_case_without_a_section_is_found(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await room.plan()
    await room.do("customs", "open", {"present": ["customs"]})
    await room.do("customs", "conclude", {"verdict": "conform", "disposal": "release"})
    await room.met()
    assert await room.broken() == [f"sections: case {b.CASE} is completed without quarantine"]


async def test_a_case_that_is_not_as_it_was_is_not_written(room: Room) -> None:
    await room.plan()
    async with room.service.kit.database.transaction() as session:
        case = await store.lock(session, b.CASE)
        longer = replace(case, head=Head(case.head.seq + 1, "f" * 64))
        for after in (longer, replace(longer, attempts=2)):
            for before in (longer, replace(case, version=case.version + 1)):
                now = replace(after, version=before.version)
                with pytest.raises(StaleVersion):
                    await store.save(session, [now], befores=[before])
