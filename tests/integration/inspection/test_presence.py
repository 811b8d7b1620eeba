"""Where officers are, as many as a batch of a device may name."""

from dataclasses import replace

from sqlalchemy import text

from services.inspection import presence, store
from services.inspection.domain.facts import Stay
from tests.factories import NOW
from tests.integration.inspection.room import Room
from tests.unit.inspection import builders as b

COUNTED = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
PRESENT = text("SELECT count(*) FROM officers_present")


async def test_however_many_officers_a_batch_names_it_takes_few_locks(room: Room) -> None:
    """A database has room for some thousand locks of all who work there."""
    crowd = {f"o.{number}" for number in range(20_000)}
    async with room.service.kit.database.transaction() as session:
        assert await presence.claim(session, "customs", crowd) == set()
        assert (await session.execute(COUNTED)).scalar_one() < 300


async def test_a_whole_shift_comes_and_leaves_at_a_time(room: Room) -> None:
    """A statement has room for some 32,000 values."""
    await room.plan()
    stays = tuple(Stay(number=each, officer=f"o.{each}", came_at=NOW) for each in range(1, 12_000))
    async with room.service.kit.database.transaction() as session:
        nobody = await store.lock(session, b.CASE)
        (section, *_) = nobody.sections
        all_of_them = nobody.with_section(replace(section, attendance=stays))
        for before, after in ((nobody, all_of_them), (all_of_them, nobody)):
            await presence.keep(session, [(before, after)])
            there = (await session.execute(PRESENT)).scalar_one()
            assert there == sum(len(each.attendance) for each in after.sections)
