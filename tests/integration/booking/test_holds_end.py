"""A slot is kept for who confirms it: no hold goes on for ever, and none is confirmed too late."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.booking.commands.turn import Fair
from services.booking.desk import Desk
from services.booking.domain.booking import Status
from services.booking.jobs import sweeping
from shared.auth.principal import Role
from shared.contracts.values import utc
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made

STAFF: dict[str, Any] = {"role": Role.YARD, "org": "CNTAO-Y1"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def slots(office: Office) -> list[Any]:
    """Of an office with three requests, two slots to choose from."""
    await office.bring(*(made.determined(serial) for serial in (1, 2, 3)))
    offers = (await office.get(f"/v1/requests/{booking_id()}/offers")).json()["offers"]
    return [slot_body(offers, number) for number in (0, 1)]


async def _hold(office: Office, slot: Any, serial: int = 1, **who: Any) -> Any:
    body = {"request_id": str(booking_id(serial)), "slot": slot}
    return await office.post("/v1/bookings", body, **who)


async def _act(office: Office, act: str, serial: int = 1, **body: Any) -> Any:
    return await office.post(f"/v1/bookings/{booking_id(serial)}/{act}", body)


async def test_two_slots_held_in_turn_are_kept_no_longer_than_one(
    office: Office, slots: list[Any]
) -> None:
    first = (await _hold(office, slots[0])).json()["held_until"]
    for number in (1, 0, 1):
        office.clock.now += 2 * MINUTE
        held = (await _hold(office, slots[number])).json()
        assert (held["status"], held["held_until"]) == ("held", first)
    longer = (await _act(office, "prolong")).json()["held_until"]
    assert (await _hold(office, slots[0])).json()["held_until"] == longer
    assert (await _act(office, "prolong")).json()["code"] == "hold_extended_once"
    office.clock.now = datetime.fromisoformat(longer)
    await sweeping.expire_once(office.desk)
    assert (await office.booking()).status is Status.EXPIRED


async def test_what_a_hold_leaves_goes_to_who_waits_before_it_is_held_again(
    office: Office, slots: list[Any]
) -> None:
    """The hold ran out and nobody has swept it: who was quick with it is not quicker again."""
    await _hold(office, slots[0])
    await _close_all_but_its_bay(office, slots[0])
    waits = {"from": slots[0]["starts"], "to": utc(made.OPENS + 60 * MINUTE)}
    waiting = await office.post(f"/v1/requests/{booking_id(2)}/wait", waits)
    assert waiting.status_code == 201
    office.clock.now += 10 * MINUTE
    again = await _hold(office, slots[0])
    assert (again.status_code, again.json()["code"]) == (409, "slot_taken")
    await sweeping.expire_once(office.desk)
    assert [(await office.booking(n)).status for n in (1, 2)] == [Status.EXPIRED, Status.HELD]


async def _close_all_but_its_bay(office: Office, slot: Any) -> None:
    for bay in (each for each in made.yard().bays if each.takes(made.want().bay_kind)):
        if bay.code != slot["bay"]:
            closure = {"sort": "bay", "code": bay.code, "ends": utc(made.CLOSES), "reason": "paint"}
            path = "/v1/yards/CNTAO-Y1/closures"
            assert (await office.post(path, closure, **STAFF)).status_code == 201


async def test_a_hold_that_is_exchanged_leaves_its_slot_to_who_waits(
    office: Office, slots: list[Any]
) -> None:
    await _hold(office, slots[0])
    await _close_all_but_its_bay(office, slots[0])
    waits = {"from": slots[0]["starts"], "to": utc(made.OPENS + 60 * MINUTE)}
    await office.post(f"/v1/requests/{booking_id(2)}/wait", waits)
    later = (await office.get(f"/v1/requests/{booking_id()}/offers", limit=3)).json()["offers"][-1]
    assert (await _hold(office, slot_body([later]))).status_code == 201
    assert (await office.booking(2)).status is Status.HELD


async def test_holds_that_run_out_count_as_given_up(
    office: Office, slots: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = Desk.terms
    monkeypatch.setattr(Desk, "terms", lambda desk: replace(terms(desk), fair=Fair(cancels=2)))
    for number in (0, 1):
        await _hold(office, slots[number])
        office.clock.now += 10 * MINUTE
        await sweeping.expire_once(office.desk)
    refused = await _hold(office, slots[0], 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_cancelled")
    (fares,) = (await office.get("/v1/fairness")).json()["items"]
    assert (fares["unconfirmed"], fares["cancelled"]) == (2, 0)
    assert (await _hold(office, slots[0], 2, **STAFF)).status_code == 201


async def test_a_hold_ends_when_its_slot_begins(office: Office, slots: list[Any]) -> None:
    office.clock.now = made.OPENS - 3 * MINUTE
    held = (await _hold(office, slots[0])).json()
    assert held["held_until"] == utc(made.OPENS)
    office.clock.now = made.OPENS
    late = await _act(office, "confirm")
    assert (late.status_code, late.json()["code"]) == (409, "hold_ran_out")


async def test_a_slot_that_is_over_is_neither_given_up_nor_exchanged(
    office: Office, slots: list[Any]
) -> None:
    await _hold(office, slots[0])
    held = (await _act(office, "confirm")).json()
    office.clock.now = datetime.fromisoformat(held["slot"]["ends"])
    later = (await office.get(f"/v1/requests/{booking_id()}/offers")).json()["offers"]
    reason: dict[str, Any] = {"reason": "late truck 车辆晚点"}
    answers = [
        await _act(office, "cancel", **reason),
        await _act(office, "reschedule", slot=slot_body(later), **reason),
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "slot_over")] * 2
    assert (await office.booking()).status is Status.CONFIRMED
    gone = await office.post(f"/v1/bookings/{booking_id()}/missed", reason, **STAFF)
    assert gone.json()["status"] == "missed"
