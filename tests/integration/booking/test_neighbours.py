"""Several containers at once in neighbouring bays: held, guarded, shown and moved together."""

from datetime import timedelta
from typing import Any

import pytest

from shared.auth.principal import Role
from shared.contracts.values import Container, utc
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made

YARD = "CNTAO-Y1"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}
TUESDAY = made.OPENS + timedelta(days=1)
TWO: dict[str, Any] = {
    "containers": tuple(
        Container(number=number, size_type="22G1") for number in ("OSTU0000010", "OSTU0000025")
    )
}


@pytest.fixture
async def rows(office: Office) -> Office:
    """On Tuesday the plain bays stand in one row; two consignments of two containers."""
    content = made.content()
    plain = [bay for bay in content["bays"] if bay["kind"] == "plain"]
    for position, bay in enumerate(plain, start=1):
        bay.update(row="A", position=position)
    body = {"valid_from": "2026-03-03", "reason": "painted 已划线", "content": content}
    assert (await office.post(f"/v1/yards/{YARD}/versions", body, **STAFF)).status_code == 201
    office.clock.now = TUESDAY - timedelta(hours=2)
    await office.bring(made.determined(1, **TWO), made.determined(2, **TWO))
    return office


async def _offers(office: Office, serial: int, **query: Any) -> Any:
    return (await office.get(f"/v1/requests/{booking_id(serial)}/offers", **query)).json()


async def _hold(office: Office, serial: int, slot: Any) -> Any:
    return await office.post("/v1/bookings", {"request_id": str(booking_id(serial)), "slot": slot})


def _pair(offered: Any, number: int = 0) -> Any:
    slot = offered["offers"][number]["slot"]
    return slot_body(offered["offers"], number) | {"beside": slot["beside"]}


async def test_two_containers_are_inspected_at_once_in_two_bays_that_nobody_else_gets(
    rows: Office,
) -> None:
    pair = _pair(await _offers(rows, 1, bays=2))
    assert (pair["bay"], pair["beside"]) == ("P01", ["P02"])
    assert (await _hold(rows, 1, pair)).status_code == 201
    for bay in ("P01", "P02"):
        taken = await _hold(rows, 2, {**pair, "bay": bay, "beside": []})
        assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    refused = await _hold(rows, 2, {**pair, "bay": "P02", "beside": ["P03"]})
    better = refused.json()["errors"][0]["facts"]["offers"][0]["slot"]
    assert (refused.status_code, better["bay"], better["beside"]) == (409, "P03", ["P04"])
    board = (await rows.get(f"/v1/yards/{YARD}/board", day="2026-03-03", **STAFF)).json()
    shown = {row["bay"]: [each["bays"] for each in row["bookings"]] for row in board["rows"]}
    assert (shown["P01"], shown["P02"], shown["P03"]) == ([["P01", "P02"]], [["P01", "P02"]], [])
    assert await rows.broken() == []


async def test_both_bays_move_when_one_of_them_is_closed(rows: Office) -> None:
    pair = _pair(await _offers(rows, 1, bays=2))
    await _hold(rows, 1, pair)
    await rows.post(f"/v1/bookings/{booking_id(1)}/confirm", {})
    path = f"/v1/yards/{YARD}/closures"
    body = {"sort": "bay", "code": "P02", "ends": utc(made.CLOSES + timedelta(days=1)),
            "reason": "crack 裂缝"}  # fmt: skip
    plan = (await rows.post(f"{path}/check", body, **STAFF)).json()
    done = await rows.post(path, body | {"moves": plan["moves"]}, **STAFF)
    assert done.status_code == 201, done.text
    slot = (await rows.booking(1)).slot
    assert slot is not None
    assert (slot.bay, slot.beside, utc(slot.starts)) == ("P03", ("P04",), pair["starts"])
    assert await rows.broken() == []


async def test_unless_asked_otherwise_one_bay_serves_all_in_turn(rows: Office) -> None:
    single = await _offers(rows, 1)
    assert single["offers"][0]["slot"]["beside"] == []
    assert (await _hold(rows, 1, _pair(single))).status_code == 201


async def test_there_are_no_more_bays_than_containers(rows: Office) -> None:
    asked = await _offers(rows, 1, bays=3)
    assert asked["code"] == "too_many_bays"
    assert asked["errors"][0]["facts"]["containers"] == 2
    triple = {**_pair(await _offers(rows, 1, bays=2)), "beside": ["P02", "P03"]}
    assert (await _hold(rows, 1, triple)).json()["code"] == "too_many_bays"
    await rows.bring(made.revised(1, **TWO, arrival=made.MONDAY + timedelta(hours=30)))
    assert await rows.broken() == []


async def test_a_pair_that_is_given_up_is_asked_for_as_a_pair_again(rows: Office) -> None:
    await _hold(rows, 1, _pair(await _offers(rows, 1, bays=2)))
    await rows.post(f"/v1/bookings/{booking_id(1)}/cancel", {"reason": "late 晚点"})
    assert (await _offers(rows, 1))["offers"][0]["slot"]["beside"] == ["P02"]
    assert (await _offers(rows, 1, bays=1))["offers"][0]["slot"]["beside"] == []
