"""The schema goes back to what it was before, and comes again with what was there."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from services.booking import app
from services.booking.jobs import sweeping
from tests.integration.booking import test_exchanging as exchanging
from tests.integration.booking.room import Office, booking_id
from tests.integration.booking.test_exchanging import MORNING, REASON

BEFORE_NOTICES = "0015"


async def _again(office: Office, *, since: str) -> None:
    """Back to that revision, and up to the newest."""

    def there_and_back(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(app.MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, since)
        command.upgrade(config, "head")

    engine = office.service.kit.database.engine
    async with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        await connection.run_sync(there_and_back)


async def test_of_offers_that_were_over_before_notices_nobody_is_told(office: Office) -> None:
    """They were left open then: their brokers would hear of them long afterwards."""
    await exchanging.agreed(office)
    path = f"/v1/bookings/{booking_id(1)}"
    assert (await office.post(f"{path}/exchanges", MORNING)).status_code == 201
    assert (await office.post(f"{path}/cancel", REASON)).status_code == 200
    await _again(office, since=BEFORE_NOTICES)
    assert await sweeping.tell_once(office.desk) == 0
    assert (await office.told(1))[-1] == "cancelled"


async def test_of_offers_that_stood_before_notices_brokers_are_told(office: Office) -> None:
    await exchanging.agreed(office)
    await office.post(f"/v1/bookings/{booking_id(1)}/exchanges", MORNING)
    await _again(office, since=BEFORE_NOTICES)
    assert await sweeping.tell_once(office.desk) == 1
    assert [(await office.told(serial))[-1] for serial in (1, 2)] == [
        "confirmed",
        "exchange_offered",
    ]
