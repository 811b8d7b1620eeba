"""One broker cannot keep the yard to itself, and everybody can see how brokers fare."""

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from services.booking.commands.turn import Fair
from services.booking.desk import Desk
from services.booking.domain.booking import Status
from shared.auth.principal import Role
from shared.contracts.values import utc
from tests import factories
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made

YARD: dict[str, Any] = {"role": Role.YARD, "org": "CNTAO-Y1"}


async def _hold(office: Office, serial: int, **who: Any) -> Any:
    offers = (await office.get(f"/v1/requests/{booking_id(serial)}/offers")).json()["offers"]
    body = {"request_id": str(booking_id(serial)), "slot": slot_body(offers)}
    return await office.post("/v1/bookings", body, **who)


async def _act(office: Office, serial: int, act: str, **who: Any) -> Any:
    body = {"reason": "sold 已售"} if act in ("cancel", "missed") else {}
    return await office.post(f"/v1/bookings/{booking_id(serial)}/{act}", body, **who)


def _limit(monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
    terms = Desk.terms
    fair = Fair(**limits)
    monkeypatch.setattr(Desk, "terms", lambda desk: replace(terms(desk), fair=fair))


async def test_a_hold_is_extended_once_and_holding_again_makes_it_no_longer(
    office: Office,
) -> None:
    await office.bring(made.determined())
    held = (await _hold(office, 1)).json()
    office.clock.now += timedelta(minutes=5)
    body = {"request_id": str(booking_id()), "slot": slot_body([held])}
    assert (await office.post("/v1/bookings", body)).json()["held_until"] == held["held_until"]
    longer = await _act(office, 1, "prolong")
    assert longer.json()["held_until"] == utc(office.clock.now + timedelta(minutes=10))
    again = await office.post("/v1/bookings", body)
    assert again.json()["held_until"] == longer.json()["held_until"]
    twice = await _act(office, 1, "prolong")
    assert (twice.status_code, twice.json()["code"]) == (409, "hold_extended_once")
    office.clock.now += timedelta(minutes=10)
    over = await _act(office, 1, "prolong")
    assert (over.status_code, over.json()["code"]) == (409, "hold_ran_out")


async def test_a_broker_holds_so_many_at_a_time_and_yard_staff_as_many_as_they_must(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _limit(monkeypatch, holds=2)
    await office.bring(*(made.determined(serial) for serial in range(1, 5)))
    answers = [(await _hold(office, serial)).status_code for serial in (1, 2, 3)]
    assert answers == [201, 201, 409]
    assert (await _hold(office, 4, **YARD)).status_code == 201
    await _act(office, 1, "confirm")
    await _act(office, 4, "confirm")
    assert (await _hold(office, 3)).status_code == 201


async def test_who_gave_up_too_many_slots_waits_until_the_oldest_is_forgotten(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    _limit(monkeypatch, cancels=2, span=timedelta(days=1))
    await office.bring(*(made.determined(serial) for serial in range(1, 4)))
    for serial in (1, 2):
        await _hold(office, serial)
        await _act(office, serial, "cancel")
        office.clock.now += timedelta(hours=1)
    refused = await _hold(office, 3)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_cancelled")
    again = refused.json()["errors"][0]["facts"]["again_at"]
    assert again == utc(office.clock.now + timedelta(hours=22))
    office.clock.now += timedelta(hours=22, seconds=1)
    assert (await _hold(office, 3)).status_code == 201


async def test_the_report_tells_how_each_broker_fares(office: Office) -> None:
    other = {"broker": factories.OTHER_BROKER}
    await office.bring(
        made.determined(1, auto=True), made.determined(2), made.determined(3, auto=True, **other)
    )
    await _hold(office, 2)
    await _act(office, 2, "cancel")
    told = (await office.get("/v1/fairness", role=Role.AUDITOR)).json()["items"]
    fares = {each["broker"]: each for each in told}
    own = fares[factories.BROKER]
    assert (own["requests"], own["agreed"], own["without_slot"], own["cancelled"]) == (2, 1, 1, 1)
    slot = (await office.booking(1)).slot
    assert slot is not None
    window = (await office.booking(1)).window
    assert own["median_wait_minutes"] == (slot.starts - window.opens) / timedelta(minutes=1)
    assert fares[factories.OTHER_BROKER]["agreed"] == 1
    mine = (await office.get("/v1/fairness")).json()["items"]
    assert [each["broker"] for each in mine] == [factories.BROKER]


async def test_a_day_in_figures_counts_what_is_booked_of_what_is_there(office: Office) -> None:
    await office.bring(made.determined(1, auto=True), made.determined(2, auto=True))
    assert (await office.booking(1)).status is Status.CONFIRMED
    told = (await office.get("/v1/yards/CNTAO-Y1/figures", day="2026-03-02", **YARD)).json()
    plain = next(each for each in told["bays"] if each["name"] == "plain")
    assert (plain["booked_minutes"], plain["there_minutes"]) == (120, 10 * 14 * 60)
    customs = next(each for each in told["teams"] if each["name"] == "customs")
    assert (customs["booked_minutes"], customs["there_minutes"]) == (120, 16 * 450)
    assert (told["bookings"], told["late"]) == (2, 0)


async def test_the_days_plan_is_a_sheet_in_the_yards_time(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    answer = await office.get("/v1/yards/CNTAO-Y1/board.csv", day="2026-03-02", **YARD)
    header, row = csv.reader(StringIO(answer.text))
    assert header[0] == "查验位 Bay"
    assert row[:4] == ["P01", "2026-03-02 07:00", "2026-03-02 08:00", "confirmed"]
