"""Cargo that comes in some weeks has as many days to choose from as cargo that is there."""

from datetime import timedelta
from typing import Any

from services.booking.domain.booking import Status
from shared.auth.principal import Role
from shared.contracts.values import utc
from tests.integration.booking.room import Office, booking_id
from tests.unit.booking import made

CLOSURES = "/v1/yards/CNTAO-Y1/closures"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": "CNTAO-Y1"}
DAY = timedelta(days=1)


async def test_what_is_closed_far_ahead_moves_its_bookings_as_what_is_closed_soon(
    office: Office,
) -> None:
    arrival = made.MONDAY + 25 * DAY
    await office.bring(*(made.determined(n, auto=True, arrival=arrival) for n in range(1, 13)))
    slots = [(await office.booking(n)).slot for n in range(1, 13)]
    assert slots[0] is not None
    body = {"sort": "bay", "code": slots[0].bay, "starts": utc(slots[0].starts),
            "ends": utc(slots[0].starts + DAY), "reason": "floor 地面维修"}  # fmt: skip
    plan = (await office.post(f"{CLOSURES}/check", body, **STAFF)).json()
    hits = [slot for slot in slots if slot is not None and slot.bay == slots[0].bay]
    assert len(plan["hits"]) == len(hits) == 2
    assert all(each["to"] is not None for each in plan["hits"])
    answer = await office.post(CLOSURES, body | {"moves": plan["moves"]}, **STAFF)
    assert answer.status_code == 201, answer.text
    assert {(await office.booking(n)).status for n in range(1, 13)} == {Status.CONFIRMED}
    assert await office.broken() == []


async def test_slots_are_offered_for_as_many_days_after_the_cargo_is_there(office: Office) -> None:
    arrival = made.MONDAY + 13 * DAY
    body = {"starts": utc(arrival), "ends": utc(arrival + 7 * DAY), "reason": "strike 罢工"}
    assert (await office.post(CLOSURES, body, **STAFF)).status_code == 201
    await office.bring(made.determined(1, arrival=arrival))
    answer = (await office.get(f"/v1/requests/{booking_id()}/offers")).json()
    assert answer["offers"][0]["slot"]["starts"] == utc(made.OPENS + 20 * DAY)
