"""What two do at once: limits hold, and whoever loses to the other is served all the same."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.types import Message

from services.booking import calendars, occupancy, yardbook
from services.booking.api import watching
from services.booking.calendars import Of, Subject
from services.booking.commands import slots
from services.booking.domain.booking import Status
from services.booking.settings import Settings
from shared.auth.principal import Principal, Role
from shared.contracts.values import SlotWish, utc
from shared.http import streams
from shared.ids import uuid7
from tests import factories
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.integration.booking.test_waiting import somebody_waits
from tests.integration.booking.test_yards import HOME, OTHER, both
from tests.unit.booking import made

__all__ = ["both"]

SOLD = {"reason": "sold 已售"}
LOSES_ONCE = (
    "CREATE SEQUENCE tries",
    """
    CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('tries') = 1 THEN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER lose BEFORE UPDATE ON occupancy FOR EACH ROW EXECUTE FUNCTION lose()",
)


@pytest.fixture
def office_settings() -> Settings:
    """One stream for an office."""
    return Settings(streams_per_office=1)


def _cancel(office: Office, serial: int = 1) -> Any:
    return office.post(f"/v1/bookings/{booking_id(serial)}/cancel", SOLD)


async def test_who_gives_a_slot_up_waits_for_yards_in_one_order(both: Office) -> None:
    """The first in line looks in the second yard, the next one in the first."""
    there = SlotWish(auto_confirm=True, yard=OTHER)
    await both.bring(made.determined(1, slot_wish=there))
    for serial, yards in ((2, [OTHER]), (3, [OTHER, HOME])):
        both.clock.now += timedelta(seconds=1)
        await both.bring(made.determined(serial))
        body = {"from": utc(made.OPENS), "to": utc(made.CLOSES), "yards": yards}
        path = f"/v1/requests/{booking_id(serial)}/wait"
        assert (await both.post(path, body)).status_code == 201
    async with both.service.kit.database.transaction() as session:
        await occupancy.lock_placing(session, HOME)
        giving_up = asyncio.create_task(_cancel(both))
        await somebody_waits(both)
        await occupancy.lock_placing(session, OTHER)
    assert (await giving_up).status_code == 200
    assert {(await both.booking(serial)).status for serial in (2, 3)} == {Status.HELD}


async def test_a_change_that_is_taken_back_for_anothers_is_tried_again(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    async with office.service.kit.database.transaction() as session:
        for statement in LOSES_ONCE:
            await session.execute(text(statement))
    assert (await _cancel(office)).status_code == 200
    assert (await office.told())[:3] == ["requested", "confirmed", "cancelled"]


async def test_who_changes_a_yard_gets_at_bookings_that_others_wait_to_change(
    office: Office,
) -> None:
    await office.bring(made.determined(1, auto=True))
    body = {"reason": "sold 已售", "slot": slot_body(await _offers(office))}
    async with office.service.kit.database.transaction() as session:
        await yardbook.alone(session)
        moving = asyncio.create_task(office.post(f"/v1/bookings/{booking_id()}/reschedule", body))
        await somebody_waits(office)
        turn, booking = await office.desk.with_booking(session, booking_id())
        await slots.cancel(session, booking, reason="closed", turn=turn)
    assert (await moving).status_code == 200
    told = await office.told()
    assert told == ["requested", "confirmed", "cancelled", "confirmed", "rescheduled"]
    assert await office.broken() == []


async def _offers(office: Office) -> Any:
    return (await office.get(f"/v1/requests/{booking_id()}/offers")).json()["offers"]


async def test_no_two_calendars_are_made_where_there_is_room_for_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "MOST", 1)
    async with office.service.kit.database.transaction() as session:
        await calendars.add(
            session, uuid7(), Subject(Of.BROKER, None, factories.BROKER), secret="a secret",
            owner=f"broker {factories.BROKER}", by="a colleague", now=office.clock.now,
        )  # fmt: skip
        second = asyncio.create_task(office.post("/v1/calendars", {"of": "broker"}))
        await somebody_waits(office)
    answer = await second
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_calendars")


async def test_no_two_streams_are_opened_where_there_is_room_for_one(office: Office) -> None:
    """Both were let in before either has begun."""
    staff = Principal("somebody", Role.YARD, HOME)
    one, two = [await watching.watch_board(staff, office.desk, HOME) for _ in range(2)]
    begun, gone = asyncio.Event(), asyncio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        begun.set()

    scope = {"type": "http", "asgi": {"spec_version": "2.3"}, "method": "GET"}
    reading = asyncio.create_task(one(scope, receive, send))
    await begun.wait()
    with pytest.raises(streams.TooManyStreams):
        await two(scope, receive, send)
    gone.set()
    await reading
    assert not office.desk.watch.readers
