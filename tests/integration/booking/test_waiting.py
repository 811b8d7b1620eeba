"""Who waits for whom: batches of events and the sweepers, which want the same rows and the yard."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.booking import occupancy, store
from services.booking.domain.booking import Status
from services.booking.jobs import sweeping
from shared.messaging.batch import Heard, Together
from shared.messaging.context import Cause
from tests.integration.booking.room import Office, booking_id, met, slot_body
from tests.unit.booking import made

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
REFUSE = f"""
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON occupancy
FOR EACH ROW WHEN (OLD.booking_id = '{booking_id(1)}') EXECUTE FUNCTION refuse();
"""


async def together(office: Office, events: Sequence[Any]) -> None:
    """As the consumer loop does with what it claimed."""
    handler = office.service.handlers[type(events[0])]
    assert isinstance(handler, Together)
    async with office.service.kit.database.transaction() as session:
        envelope: Any = None
        await handler.many(session, [Heard(each, envelope, Cause()) for each in events])


async def somebody_waits(office: Office) -> None:
    """Return once somebody waits for a lock."""
    async with asyncio.timeout(20), office.service.kit.database.connect() as connection:
        while not (await connection.execute(text(WAITING))).scalar_one():
            await asyncio.sleep(0.01)


async def test_a_batch_waits_for_its_bookings_before_it_has_the_yard(office: Office) -> None:
    await office.bring(made.determined(1))
    async with office.service.kit.database.transaction() as session:
        held = await store.lock(session, booking_id(1))
        assert held is not None
        batch = asyncio.create_task(together(office, [made.determined(2, auto=True), met(1)]))
        await somebody_waits(office)
        await occupancy.lock_placing(session, held.yard)
    await batch
    assert await office.told(1) == ["requested", "cancelled"]
    assert await office.told(2) == ["requested", "confirmed"]


async def test_a_hold_that_cannot_be_swept_keeps_no_other_from_expiring(office: Office) -> None:
    await office.bring(made.determined(1), made.determined(2))
    for serial in (1, 2):
        offers = (await office.get(f"/v1/requests/{booking_id(serial)}/offers")).json()["offers"]
        body = {"request_id": str(booking_id(serial)), "slot": slot_body(offers)}
        assert (await office.post("/v1/bookings", body)).status_code == 201
    async with office.service.kit.database.transaction() as session:
        for statement in REFUSE.split(";\n"):
            if statement.strip():
                await session.execute(text(statement))
    office.clock.now += timedelta(minutes=11)
    assert await sweeping.expire_once(office.desk) == 2
    assert [(await office.booking(serial)).status for serial in (1, 2)] == [
        Status.HELD,
        Status.EXPIRED,
    ]
