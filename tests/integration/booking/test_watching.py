"""Somebody reads a yard's board along: all of it, in order, whatever happens in between."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from services.booking import app
from services.booking.api.models import SlotIn
from services.booking.commands import slots
from services.booking.settings import Settings
from shared import watching
from shared.auth.principal import Role
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.streams import looked_for, reading
from tests.unit.booking import made

YARD = "CNTAO-Y1"
PATH = f"/v1/yards/{YARD}/board/events"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}
GAP = "SELECT nextval(pg_get_serial_sequence('outbox', 'seq'))"


@pytest.fixture
def office_settings() -> Settings:
    """Streams that are looked after often, and of which one yard has two."""
    return Settings(watch_seconds=0.02, stream_beat_seconds=0.05, streams_per_office=2)


async def _give_up(office: Office, serial: int) -> None:
    path = f"/v1/bookings/{booking_id(serial)}/cancel"
    assert (await office.post(path, {"reason": "sold 已售"})).status_code == 200


async def test_a_reader_sees_bookings_come_change_and_leave(office: Office) -> None:
    async with looked_for(office.service), reading(office.service, PATH, **STAFF) as reader:
        await reader.until(0, ids=1)
        await office.bring(made.determined(1), made.determined(2, auto=True))
        offers = (await office.get(f"/v1/requests/{booking_id(1)}/offers")).json()["offers"]
        body = {"request_id": str(booking_id(1)), "slot": slot_body(offers)}
        held = (await office.post("/v1/bookings", body)).json()
        await _give_up(office, 1)
        events = await reader.until(3)
    told = [(each["booking_id"], each["change"]) for each in events]
    one, two = str(booking_id(1)), str(booking_id(2))
    assert told == [(two, "confirmed"), (one, "held"), (one, "cancelled")]
    assert events[1]["slot"] == held["slot"] == events[2]["previous"]
    assert (events[1]["held_until"], events[2]["slot"]) == (held["held_until"], None)


async def test_who_comes_back_goes_on_where_it_was_also_at_another_process(office: Office) -> None:
    async with looked_for(office.service), reading(office.service, PATH, **STAFF) as reader:
        await reader.until(0, ids=1)
        await office.bring(made.determined(1, auto=True))
        await reader.until(1)
    last = reader.events[-1]["id"]
    await office.bring(made.determined(2, auto=True))
    await _give_up(office, 1)
    other = app.create(office.service.kit, office.desk.settings)
    restarted = Office(other, other.api.state.desk, office.clock, office.deliveries)
    async with (
        looked_for(restarted.service),
        reading(restarted.service, PATH, last=last, **STAFF) as again,
    ):
        await restarted.bring(made.determined(3, auto=True))
        events = await again.until(4)
    assert [each["change"] for each in events] == [
        "confirmed", "cancelled", "confirmed", "confirmed",
    ]  # fmt: skip
    assert all(each["id"] > last for each in events)
    async with (
        looked_for(restarted.service),
        reading(restarted.service, PATH, last=0, **STAFF) as whole,
    ):
        assert [each["id"] for each in await whole.until(5)][1:] == [each["id"] for each in events]


async def test_a_reader_who_takes_nothing_delays_nobody(office: Office) -> None:
    async with looked_for(office.service), reading(office.service, PATH, **STAFF) as slow:
        await slow.until(0, ids=1)
        slow.reads.clear()
        async with reading(office.service, PATH, **STAFF) as quick:
            await quick.until(0, ids=1)
            for serial in (1, 2, 3):
                await office.bring(made.determined(serial, auto=True))
            assert len(await quick.until(3)) == 3
        assert slow.events == []
        slow.reads.set()
        assert len(await slow.until(3)) == 3


async def test_a_change_that_is_committed_late_is_passed_over_by_no_reader(office: Office) -> None:
    """It has the lower number: until it is there, nobody is told of the higher one."""
    await office.bring(made.determined(1), made.determined(2))
    offers = (await office.get(f"/v1/requests/{booking_id(2)}/offers")).json()["offers"]
    body = {"request_id": str(booking_id(2)), "slot": slot_body(offers)}
    first = SlotIn.model_validate(slot_body(offers, 1)).choice()
    async with looked_for(office.service), reading(office.service, PATH, **STAFF) as reader:
        await reader.until(0, ids=1)
        async with office.service.kit.database.transaction() as late:
            turn, booking = await office.desk.with_booking(late, booking_id(1))
            await slots.hold(late, booking, choice=first, turn=turn)
            assert (await office.post("/v1/bookings", body)).status_code == 201
            await reader.until(0, ids=len(reader.ids) + 4)
            assert reader.events == []
        events = await reader.until(2)
    assert [each["booking_id"] for each in events] == [str(booking_id(n)) for n in (1, 2)]


async def test_numbers_that_nobody_will_ever_use_hold_up_nothing(office: Office) -> None:
    async with looked_for(office.service), reading(office.service, PATH, **STAFF) as reader:
        await reader.until(0, ids=1)
        async with office.service.kit.database.connect() as session:
            await session.execute(text(GAP))
        await office.bring(made.determined(1, auto=True))
        assert len(await reader.until(1)) == 1


async def test_another_yards_people_and_brokers_are_refused_and_so_is_a_third_stream(
    office: Office,
) -> None:
    others = await office.get(PATH, role=Role.YARD, org="CNTAO-Y2")
    brokers = await office.get(PATH)
    ahead = await _refused(office, last=10_000)
    async with looked_for(office.service), reading(office.service, PATH, **STAFF) as one:
        async with reading(office.service, PATH, **STAFF) as two:
            for each in (one, two):
                await each.until(0, ids=1)
            third = await office.get(PATH, **STAFF)
            async with reading(
                office.service, PATH, role=Role.OFFICER, org="customs", agency="customs"
            ) as officer:
                await officer.until(0, ids=1)
        async with reading(office.service, PATH, **STAFF) as again:
            await again.until(0, ids=1)
    assert [each.status_code for each in (others, brokers, third)] == [404, 403, 429]
    assert third.json()["code"] == "too_many_streams"
    assert ahead == 422
    assert not office.desk.watch.readers


async def _refused(office: Office, *, last: int) -> int:
    async with reading(office.service, PATH, last=last, **STAFF) as reader, asyncio.timeout(20):
        while not reader.status:
            await asyncio.sleep(0)
    return reader.status


async def test_nobody_looks_while_nobody_reads(office: Office) -> None:
    waiting = asyncio.create_task(office.desk.watch.wanted())
    await watching.look_once(office.service.kit.database, office.desk.watch)
    assert not waiting.done()
    office.desk.watch.enter("somebody")
    await waiting
