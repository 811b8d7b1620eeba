"""Cargo at the gate without a slot, and what one broker may have of a yard's day on that day."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.booking.domain.booking import Status
from shared.auth.principal import Role
from shared.contracts.values import utc
from tests import factories
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made
from tests.unit.booking.made import need

YARD = "CNTAO-Y1"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}
DAY = timedelta(days=1)
TUESDAY = made.OPENS + DAY


async def _walk_in(office: Office, serial: int, **who: Any) -> Any:
    body = {"request_id": str(booking_id(serial))}
    return await office.post(f"/v1/yards/{YARD}/walk-ins", body, **(who or STAFF))


async def test_cargo_at_the_gate_gets_the_next_start_before_its_window_and_without_a_lead(
    office: Office,
) -> None:
    later: dict[str, Any] = {"arrival": made.MONDAY + timedelta(hours=20)}
    await office.bring(made.determined(1, **later), made.determined(2, **later))
    office.clock.now = made.OPENS + timedelta(minutes=20)
    booked = await _walk_in(office, 1)
    assert booked.status_code == 201, booked.text
    assert booked.json()["status"] == "confirmed"
    assert booked.json()["slot"]["starts"] == utc(made.OPENS + timedelta(minutes=30))
    offers = (await office.get(f"/v1/requests/{booking_id(2)}/offers")).json()["offers"]
    assert offers[0]["slot"]["starts"] > booked.json()["slot"]["starts"]
    assert await office.told(1) == ["requested", "confirmed"]
    assert await office.broken() == []


async def test_who_has_a_slot_or_can_never_be_served_is_told_why(office: Office) -> None:
    await office.bring(made.determined(1, auto=True), made.determined(2, need("customs", "diving")))
    taken = await _walk_in(office, 1)
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_not_wanted")
    never = await _walk_in(office, 2)
    assert (never.status_code, never.json()["code"]) == (409, "nothing_serves")
    facts = never.json()["errors"][0]["facts"]
    assert "no customs team with skill diving" in facts["reason_en"]
    assert (await _walk_in(office, 2, role=Role.BROKER)).status_code == 403


@pytest.fixture
async def tuesday(office: Office) -> Office:
    """Tuesday, from which on a broker has two slots of a day at most on that day; four requests."""
    content = made.content() | {"same_day_quota": 2}
    body = {"valid_from": "2026-03-03", "reason": "quota 配额", "content": content}
    assert (await office.post(f"/v1/yards/{YARD}/versions", body, **STAFF)).status_code == 201
    office.clock.now = TUESDAY - timedelta(hours=2)
    await office.bring(*(made.determined(serial) for serial in range(1, 5)))
    return office


async def _offers(office: Office, serial: int, **who: Any) -> Any:
    return (await office.get(f"/v1/requests/{booking_id(serial)}/offers", **who)).json()


async def _hold(office: Office, serial: int, slot: Any, **who: Any) -> Any:
    body = {"request_id": str(booking_id(serial)), "slot": slot}
    return await office.post("/v1/bookings", body, **who)


async def test_who_has_its_share_of_the_day_gets_no_more_of_it_and_is_told_so(
    tuesday: Office,
) -> None:
    slots = [slot_body((await _offers(tuesday, 1))["offers"], number) for number in range(3)]
    for serial in (1, 2):
        assert (await _hold(tuesday, serial, slots[serial])).status_code == 201
    refused = await _hold(tuesday, 3, slots[0])
    assert (refused.status_code, refused.json()["code"]) == (409, "same_day_quota")
    midnight = utc(made.MONDAY + 2 * DAY)
    assert refused.json()["errors"][0]["facts"]["again_from"] == midnight
    offered = await _offers(tuesday, 3)
    assert offered["offers"][0]["slot"]["starts"] == utc(TUESDAY + DAY)
    first = offered["earlier"][0]
    assert (first["missing"][0]["state"], first["ends"]) == ("quota", midnight)
    assert "as many slots of the day as it may until" in first["text"]["en"]
    assert (await _hold(tuesday, 3, slot_body(offered["offers"]))).status_code == 201
    assert (await _offers(tuesday, 4, **STAFF))["offers"][0]["slot"]["starts"] < midnight
    assert (await _hold(tuesday, 4, slots[0], **STAFF)).status_code == 201


async def test_nothing_is_booked_unasked_beyond_the_share_and_others_have_theirs(
    tuesday: Office,
) -> None:
    other = {"broker": factories.OTHER_BROKER}
    await tuesday.bring(*(made.determined(serial, auto=True) for serial in range(11, 14)))
    await tuesday.bring(made.determined(14, auto=True, **other))
    slots = [(await tuesday.booking(serial)).slot for serial in range(11, 15)]
    today = [slot is not None and slot.starts < made.MONDAY + 2 * DAY for slot in slots]
    assert today == [True, True, False, True]
    assert slots[2] is not None
    fares = (await tuesday.get("/v1/fairness", role=Role.AUDITOR)).json()["items"]
    most = {each["broker"]: each["most_in_a_day"] for each in fares}
    assert most == {factories.BROKER: 2, factories.OTHER_BROKER: 1}


async def test_the_share_holds_however_many_ask_at_once(tuesday: Office) -> None:
    offers = (await _offers(tuesday, 1))["offers"]
    wanted = (_hold(tuesday, n, slot_body(offers, n - 1)) for n in range(1, 5))
    answers = await asyncio.gather(*wanted)
    assert sorted(each.status_code for each in answers) == [201, 201, 409, 409]
    assert {each.json().get("code") for each in answers} == {None, "same_day_quota"}


async def test_a_slot_of_today_may_be_exchanged_for_another_of_today(tuesday: Office) -> None:
    offers = (await _offers(tuesday, 1))["offers"]
    for serial in (1, 2):
        await _hold(tuesday, serial, slot_body(offers, serial))
        await tuesday.post(f"/v1/bookings/{booking_id(serial)}/confirm", {})
    body = {"slot": slot_body(offers, 3), "reason": "late truck 车辆晚点"}
    moved = await tuesday.post(f"/v1/bookings/{booking_id(1)}/reschedule", body)
    assert moved.status_code == 200, moved.text
    tomorrow = slot_body((await _offers(tuesday, 3))["offers"])
    await _hold(tuesday, 3, tomorrow)
    await tuesday.post(f"/v1/bookings/{booking_id(3)}/confirm", {})
    refused = await tuesday.post(f"/v1/bookings/{booking_id(3)}/reschedule", body)
    assert refused.json()["code"] == "same_day_quota"
    assert (await tuesday.booking(3)).status is Status.CONFIRMED
