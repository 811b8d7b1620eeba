"""Where officers are, as many as a batch of a device may name."""

from sqlalchemy import text

from services.inspection import presence
from tests.integration.inspection.room import Room

COUNTED = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")


async def test_however_many_officers_a_batch_names_it_takes_few_locks(room: Room) -> None:
    """A database has room for some thousand locks of all who work there."""
    crowd = {f"o.{number}" for number in range(20_000)}
    async with room.service.kit.database.transaction() as session:
        assert await presence.claim(session, "customs", crowd) == set()
        assert (await session.execute(COUNTED)).scalar_one() < 300
