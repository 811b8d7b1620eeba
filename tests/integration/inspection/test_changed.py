"""What is kept of cases follows from their records, and whatever is changed of either is seen."""

from datetime import timedelta
from random import Random

import asyncpg
import pytest
from sqlalchemy import text

from services.inspection import case_checks
from services.inspection.verifying import apart, reading, sweep
from services.inspection.verifying.lists import BESIDE, EVIDENCE, FOLLOWS, UNTOLD
from tests import forging_rows
from tests.integration.inspection import lived
from tests.integration.inspection import room as r
from tests.integration.inspection.room import Room

CHANGES = 100
ALL = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'inspection'"
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'inspection'
"""
TOLD = [
    (
        "UPDATE case_sections SET conclusions = jsonb_set(conclusions, '{0,verdict}',"
        " '\"conform\"') WHERE agency = 'customs'",
        "conclusions",
    ),
    ("UPDATE cases SET status = 'void', counts = NULL WHERE status = 'completed'", "status"),
    ("UPDATE case_openings SET opened_at = opened_at - interval '1 hour'", "opened_at"),
    ("UPDATE cases SET handled = jsonb_set(handled, '{OSTU0000010,seal}', '\"N9\"')", "handled"),
    ("UPDATE case_sections SET samples = '[]' WHERE agency = 'quarantine'", "samples"),
    ("UPDATE case_sections SET signed = NULL WHERE agency = 'customs'", "signed"),
    ("UPDATE alarms SET settled_at = NULL", "settled_at"),
    ("UPDATE alarm_acknowledgements SET subject = 'somebody'", "subject"),
    ("DELETE FROM record_marks", "is missing"),
    ("UPDATE measured_agencies SET team_minutes = team_minutes + 1", "team_minutes"),
]


async def test_each_of_many_random_changes_of_rows_and_files_is_seen(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await lived.live(room)
    forger = forging_rows.Forger(superuser, room.folder, Random(5))
    assert await forging_rows.unseen(forger, room.verified, changes=CHANGES) == []


async def test_a_row_that_is_not_as_its_records_say_is_told_with_column_and_both_values(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await lived.live(room)
    for change, column in TOLD:
        await superuser.execute(change)
        broken, _ = await room.verified()
        assert any(column in each and each.startswith("state: ") for each in broken), change


async def test_many_cases_are_looked_at_in_processes_of_their_own(
    room: Room, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.plan()
    await superuser.execute("UPDATE case_sections SET scope = 'scan' WHERE agency = 'customs'")
    changed = await room.verified()
    monkeypatch.setattr(case_checks, "WORTH_APART", 1)
    assert await room.verified() == changed
    assert changed != ([], [])


async def test_a_process_of_its_own_connects_as_the_service_does(room: Room) -> None:
    """An address says in SQLAlchemy's words how the connection is kept from others."""
    await room.plan()
    database = room.service.kit.database
    address = database.engine.url.update_query_dict({"ssl": "disable"})
    task = apart.Task(
        address.render_as_string(hide_password=False), database.schema, reading.FIRST, reading.LAST
    )
    assert await apart.look(task) == {about: [] for about in sweep.ABOUT}


async def test_how_a_container_stood_that_left_before_steps_were_recorded_is_not_known(
    room: Room, superuser: asyncpg.Connection
) -> None:
    """The column came later than cases; then it was filled of what stood in a yard."""
    await room.plan()
    await room.do("yard", "gate-in", r.SEALS)
    forget = "UPDATE cases SET handled = '{}'"
    kept = await superuser.fetchval("SELECT handled FROM cases")
    await superuser.execute(forget)
    broken, _ = await room.verified()
    assert [".handled: " in each for each in broken] == [True]
    await superuser.execute("UPDATE cases SET handled = $1", kept)
    await room.do("yard", "gate-out", r.SEALS)
    assert await room.verified() == ([], [])
    await superuser.execute(forget)
    assert await room.verified() == ([], [])


async def test_every_table_is_listed_as_following_from_records_or_not(room: Room) -> None:
    async with room.service.kit.database.connect() as connection:
        tables = set((await connection.execute(text(ALL))).scalars())
        columns = {tuple(row) for row in await connection.execute(text(COLUMNS))}
    listed = [*FOLLOWS, *EVIDENCE, *BESIDE]
    assert sorted(listed) == sorted(tables)
    assert set(UNTOLD) <= columns
    assert {table for table, _ in UNTOLD} <= {*FOLLOWS, *EVIDENCE}


@pytest.mark.parametrize("agency", ["customs", "quarantine"])
async def test_a_signature_by_a_key_that_did_not_count_is_told(
    room: Room, superuser: asyncpg.Connection, agency: str
) -> None:
    await lived.live(room)
    for change in (
        "registered_at = registered_at + interval '1 hour'",
        "revoked_at = registered_at - interval '1 hour'",
    ):
        await superuser.execute(f"UPDATE officer_keys SET {change} WHERE subject = '{agency}'")
        broken, _ = await room.verified()
        assert [each.partition(":")[0] for each in broken] == ["signatures"] * 2
        assert all("did not count" in each for each in broken)
        await superuser.execute(
            "UPDATE officer_keys SET revoked_at = NULL, registered_at = "
            "(SELECT min(wall) FROM case_records)"
        )


async def test_a_checkpoint_without_an_agencys_signature_is_told_and_a_gap_is_broken(
    room: Room, superuser: asyncpg.Connection
) -> None:
    await lived.live(room)
    assert await room.verified() == ([], [])
    await superuser.execute("ALTER TABLE checkpoint_signatures DISABLE TRIGGER ALL")
    await superuser.execute(
        "DELETE FROM checkpoint_signatures WHERE agency = 'customs' AND number = 2"
    )
    day = room.hand.yard().date()
    said = "checkpoint 2: not signed by customs; the first {} to be signed by the end of {}"
    due = day + timedelta(days=1)
    assert await room.verified() == ([], [said.format("is", due)])
    room.hand.turn(2 * 24 * 60)
    assert await room.verified() == ([], [said.format("was", due)])
    await superuser.execute("DELETE FROM checkpoint_signatures WHERE number = 1")
    broken, told = await room.verified()
    gap = "checkpoints: checkpoint 1: quarantine has signed later ones, and not this one"
    assert broken == [gap]
    assert [each.partition(";")[0] for each in told] == [
        "checkpoints 1 to 2: not signed by customs"
    ]
