"""A hold that is not what its broker knows any more: the broker is told, and loses no place."""

from datetime import timedelta
from typing import Any

import pytest

from services.booking.domain.booking import Status
from services.booking.jobs import sweeping
from shared.contracts.values import utc
from tests import kits
from tests.integration.booking import test_in_line as in_line
from tests.integration.booking.room import START, Office, booking_id, slot_body
from tests.integration.booking.test_in_line import CLOSURES, STAFF
from tests.unit.booking import made

PAINT = {"reason": "paint 油漆"}


@pytest.fixture
async def full(office: Office) -> Office:
    """See `test_in_line.filled`: 5 waits besides."""
    await in_line.filled(office)
    await in_line.waiting(office, 5)
    return office


async def _close(office: Office, code: str) -> int:
    body = {"sort": "bay", "code": code, "ends": utc(made.CLOSES), **PAINT}
    async with office.client(**STAFF) as client:
        plan = (await client.post(f"{CLOSURES}/check", json=body)).json()
    answer = await office.post(CLOSURES, body | {"moves": plan["moves"]}, **STAFF)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["number"]
    return number


async def _last(office: Office, serial: int) -> tuple[str, dict[str, Any]]:
    found = [each for each in await kits.told(office.service) if each.subject == booking_id(serial)]
    return found[-1].type.split(".")[2], found[-1].data


async def _hold(office: Office, serial: int = 1) -> dict[str, Any]:
    offers = (await office.get(f"/v1/requests/{booking_id(serial)}/offers")).json()["offers"]
    body = {"request_id": str(booking_id(serial)), "slot": slot_body(offers)}
    held = await office.post("/v1/bookings", body)
    assert held.status_code == 201, held.text
    found: dict[str, Any] = held.json()
    return found


async def _confirm(office: Office, serial: int = 1) -> Any:
    return await office.post(f"/v1/bookings/{booking_id(serial)}/confirm", {})


async def test_a_hold_that_a_closed_bay_moves_says_why(office: Office) -> None:
    await office.bring(made.determined(1))
    held = await _hold(office)
    assert (await _last(office, 1))[1]["reason"] is None
    await _close(office, held["slot"]["bay"])
    name, data = await _last(office, 1)
    assert (name, data["offered"]) == ("held", False)
    assert (data["slot"]["starts"], data["held_until"]) == (
        held["slot"]["starts"],
        held["held_until"],
    )
    assert data["slot"]["bay"] != held["slot"]["bay"]
    assert data["reason"]["zh"] == "查验场安排变更：paint 油漆"
    assert (await _confirm(office)).json()["slot"] == data["slot"]


async def test_who_is_offered_a_slot_that_is_taken_back_is_in_line_again(full: Office) -> None:
    await in_line.give_up(full, 1)
    assert await in_line.state(full, 5) == "offered"
    closed = await _close(full, "D01")
    name, data = await _last(full, 5)
    assert (name, data["reason"]["en"]) == ("expired", "the yard has changed: paint 油漆")
    assert await in_line.state(full, 5) == "waiting"
    refused = await _confirm(full, 5)
    assert (refused.status_code, refused.json()["code"]) == (409, "hold_ran_out")
    lifted = await full.post(f"{CLOSURES}/{closed}/lift", PAINT, **STAFF)
    assert lifted.status_code == 200
    assert await in_line.state(full, 5) == "offered"
    assert (await full.booking(5)).status is Status.HELD
    assert await full.broken() == []


async def test_who_left_the_line_with_an_offer_in_hand_is_in_it_no_more(full: Office) -> None:
    await in_line.give_up(full, 1)
    left = await full.post(f"/v1/requests/{booking_id(5)}/wait/end", PAINT)
    assert left.json()["state"] == "offered"
    closed = await _close(full, "D01")
    assert await in_line.state(full, 5) == "left"
    await full.post(f"{CLOSURES}/{closed}/lift", PAINT, **STAFF)
    await sweeping.retry_once(full.desk)
    assert (await full.booking(5)).status is Status.EXPIRED


async def test_a_hold_that_ran_out_before_it_was_taken_back_says_nothing(full: Office) -> None:
    await in_line.give_up(full, 1)
    full.clock.now += timedelta(minutes=31)
    await _close(full, "D01")
    name, data = await _last(full, 5)
    assert (name, data["reason"]) == ("expired", None)


async def test_what_is_chosen_by_hand_after_an_offer_is_no_offer(office: Office) -> None:
    """An offer that was taken and given up later says nothing of the next slot."""
    await office.bring(made.determined(1))
    stretch = {"from": utc(made.OPENS), "to": utc(made.CLOSES)}
    await office.post(f"/v1/requests/{booking_id(1)}/wait", stretch)
    await sweeping.retry_once(office.desk)
    assert (await _confirm(office)).status_code == 200
    await office.post(f"/v1/bookings/{booking_id(1)}/cancel", PAINT)
    await _hold(office)
    office.clock.now = START + timedelta(minutes=11)
    await sweeping.expire_once(office.desk)
    assert await in_line.state(office, 1) == "offered"
    (fare,) = (await office.get("/v1/fairness")).json()["items"]
    assert (fare["offered"], fare["lapsed"], fare["unconfirmed"]) == (1, 0, 1)


@pytest.mark.parametrize("act", ["confirm", "prolong"])
async def test_a_hold_that_is_over_is_refused_the_same_swept_or_not(
    office: Office, act: str
) -> None:
    await office.bring(made.determined(1))
    await _hold(office)
    office.clock.now += timedelta(minutes=11)
    path = f"/v1/bookings/{booking_id(1)}/{act}"
    early = await office.post(path, {})
    await sweeping.expire_once(office.desk)
    late = await office.post(path, {})
    assert [(each.status_code, each.json()["code"]) for each in (early, late)] == [
        (409, "hold_ran_out")
    ] * 2
