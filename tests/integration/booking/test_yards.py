"""More yards than one serve a terminal: the slot that costs least in all of them is booked."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.booking import occupancy, seeding
from services.booking.domain.booking import Booking, Status
from shared.auth.principal import Role
from shared.contracts.values import BayKind, Slot, SlotWish
from tests.integration.booking.room import Office, booking_id
from tests.integration.booking.test_waiting import somebody_waits, together
from tests.unit.booking import made
from tests.unit.booking.made import need

HOME, OTHER = "CNTAO-Y1", "CNTAO-Y2"
MOVES = {HOME: 30, OTHER: 90}
REEFER: dict[str, Any] = {"bay_kind": BayKind.REEFER}


@pytest.fixture
async def both(office: Office) -> Office:
    """The default yard and a second one like it, an hour farther from the terminal."""
    document = json.loads(made.DATA.read_text(encoding="utf-8"))
    document["yards"][0]["code"] = OTHER
    async with office.service.kit.database.transaction() as session:
        connection = await session.connection()
        await connection.run_sync(seeding.add, document)
        for code, minutes in MOVES.items():
            await session.execute(
                text("UPDATE yards SET terminal_moves = CAST(:moves AS jsonb) WHERE code = :code"),
                {"code": code, "moves": json.dumps({"CNTAO": minutes})},
            )
    return office


async def _slot(office: Office, serial: int = 1) -> Slot:
    booking: Booking = await office.booking(serial)
    assert booking.status is Status.CONFIRMED
    assert booking.slot is not None
    return booking.slot


async def test_of_two_slots_at_a_time_the_nearer_yards_is_booked(both: Office) -> None:
    await both.bring(made.determined(auto=True))
    assert (await _slot(both)).yard == HOME


async def _fill_home(both: Office, *, minutes: int) -> None:
    """Each yard has four bays for reefers: the fifth waits, or goes to the other one."""
    for serial in range(1, 6):
        await both.bring(made.determined(serial, need(minutes=minutes), auto=True, **REEFER))


async def test_where_the_home_yard_is_full_for_long_the_other_ones_earlier_slot_is_booked(
    both: Office,
) -> None:
    await _fill_home(both, minutes=240)
    assert [(await _slot(both, serial)).yard for serial in range(1, 6)] == [HOME] * 4 + [OTHER]
    assert (await _slot(both, 5)).starts == (await _slot(both, 1)).starts
    assert await both.broken() == []


async def test_a_short_wait_at_home_costs_less_than_the_way_to_another_yard(both: Office) -> None:
    await _fill_home(both, minutes=60)
    assert {(await _slot(both, serial)).yard for serial in range(1, 6)} == {HOME}
    assert (await _slot(both, 5)).starts == (await _slot(both, 1)).ends


async def test_the_wished_yard_is_the_only_one_searched(both: Office) -> None:
    wish = SlotWish(auto_confirm=True, yard=OTHER)
    for serial in range(1, 6):
        await both.bring(made.determined(serial, slot_wish=wish, **REEFER))
    assert {(await _slot(both, serial)).yard for serial in range(1, 6)} == {OTHER}
    assert (await _slot(both, 5)).starts > (await _slot(both, 1)).starts


async def test_a_slot_in_a_farther_yard_waits_for_the_longer_move(both: Office) -> None:
    arrival = made.OPENS - timedelta(hours=2)  # unloaded at 07:00
    await both.bring(made.determined(arrival=arrival))
    path = f"/v1/requests/{booking_id()}/offers"
    answers = [await both.get(path, yards=code) for code in (HOME, OTHER)]
    first = [answer.json()["offers"][0]["slot"] for answer in answers]
    assert [each["starts"] for each in first] == ["2026-03-01T23:30:00Z", "2026-03-02T00:30:00Z"]
    early = {name: first[1][name] for name in ("yard", "bay", "teams")}
    early["starts"] = first[0]["starts"]
    body = {"request_id": str(booking_id()), "slot": early}
    answer = await both.post("/v1/bookings", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/slot/starts"


async def test_staff_of_the_slots_yard_find_the_request(both: Office) -> None:
    await _fill_home(both, minutes=240)
    listed = await both.get("/v1/requests", role=Role.YARD, org=OTHER)
    assert [each["id"] for each in listed.json()["items"]] == [str(booking_id(5))]


async def test_batches_wait_for_yards_in_one_order(both: Office) -> None:
    wishes = [SlotWish(auto_confirm=True, yard=code) for code in (OTHER, HOME)]
    asked = [made.determined(n, slot_wish=wish) for n, wish in enumerate(wishes, start=1)]
    async with both.service.kit.database.transaction() as session:
        await occupancy.lock_placing(session, HOME)
        batch = asyncio.create_task(together(both, asked))
        await somebody_waits(both)
        await occupancy.lock_placing(session, OTHER)
    await batch
    assert [(await _slot(both, serial)).yard for serial in (1, 2)] == [OTHER, HOME]
