"""A yard is founded by its own staff, and serves from its first day on."""

from datetime import timedelta
from typing import Any

import pytest

from shared.auth.principal import Role
from shared.contracts.values import utc
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made

HOME, NEW = "CNTAO-Y1", "CNTAO-Y2"
NEW_STAFF: dict[str, Any] = {"role": Role.YARD, "org": NEW}


def drafted(**changes: Any) -> dict[str, Any]:
    """A yard like the default one, five minutes from the terminal, from Wednesday on."""
    near = {"CNTAO": {"minutes": 5, "cny": "80"}}
    content = made.content() | {"terminal_moves": near, "move_minutes": 5}
    return {
        "code": NEW, "valid_from": "2026-03-04", "reason": "a new pier 新码头",
        "content": content, **changes,
    }  # fmt: skip


async def _found(office: Office, **changes: Any) -> Any:
    return await office.post("/v1/yards", drafted(**changes), **NEW_STAFF)


async def test_a_new_yard_serves_from_its_first_day_on_and_not_before(office: Office) -> None:
    answer = await _found(office)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["code"], answer.json()["bays"]) == (NEW, [])
    await office.bring(made.determined(1))
    path = f"/v1/requests/{booking_id(1)}/offers"
    offers = (await office.get(path, limit=20)).json()["offers"]
    assert {each["slot"]["yard"] for each in offers} == {HOME}
    assert (await office.booking(1)).yard == HOME
    office.clock.now = made.OPENS + timedelta(days=2)
    arrival = made.OPENS + timedelta(days=2)
    await office.bring(made.determined(2, arrival=arrival))
    assert (await office.booking(2)).yard == NEW
    later = (await office.get(f"/v1/requests/{booking_id(2)}/offers")).json()["offers"]
    assert later[0]["slot"]["yard"] == NEW
    body = {"request_id": str(booking_id(2)), "slot": slot_body(later)}
    assert (await office.post("/v1/bookings", body)).status_code == 201
    assert (await office.get(f"/v1/yards/{NEW}/board", **NEW_STAFF)).status_code == 200
    assert await office.broken() == []


async def test_it_is_changed_as_any_yard(office: Office) -> None:
    await _found(office, valid_from="2026-03-02")
    (first, second) = (await office.get(f"/v1/yards/{NEW}/versions", **NEW_STAFF)).json()["items"]
    assert (first["author"], second["author"]) == (None, "a yard")
    content = drafted()["content"] | {"overtime_minutes": 60}
    body = {"valid_from": "2026-03-09", "reason": "longer 延时", "content": content}
    changed = await office.post(f"/v1/yards/{NEW}/versions", body, **NEW_STAFF)
    assert changed.status_code == 201, changed.text
    assert changed.json()["number"] == 3


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"time_zone": "Asia/Atlantis"}, 422, "unknown_zone"),
        ({"time_zone": "Asia"}, 422, "unknown_zone"),
        # Machines have these besides: others of them, and PostgreSQL, may not.
        *(({"time_zone": name}, 422, "unknown_zone") for name in ("localtime", "right/UTC")),
        ({"valid_from": "2026-03-01"}, 422, "past_is_fixed"),
        ({"code": HOME}, 404, "yard_not_found"),
        ({"content": made.content() | {"teams": []}}, 422, "no_team_for_skill"),
    ],
)
async def test_what_is_no_yard_is_refused_by_name(
    office: Office, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await _found(office, **changes)
    told = answer.json()
    assert answer.status_code == status, answer.text
    assert code in {told["code"], *(each["code"] for each in told["errors"])}
    yards = (await office.get("/v1/yards")).json()["items"]
    assert [each["code"] for each in yards] == [HOME]


async def test_it_is_founded_once_and_by_its_own_staff_alone(office: Office) -> None:
    assert (await _found(office)).status_code == 201
    again = await _found(office)
    assert (again.status_code, again.json()["code"]) == (409, "yard_there")
    for who in ({"role": Role.SUPERVISOR, "org": "customs"}, {"role": Role.BROKER}):
        answer = await office.post("/v1/yards", drafted(code="CNTAO-Y3"), **who)
        assert answer.status_code == 403


async def test_waiting_for_its_first_day_it_is_not_the_nearest_of_all(office: Office) -> None:
    """A terminal that no yard names is served by the nearest one that is there."""
    await _found(office, content=made.content() | {"move_minutes": 0, "terminal_moves": {}})
    await office.bring(made.determined(1, terminal="CNSHA"))
    assert (await office.booking(1)).yard == HOME
    offers = (await office.get(f"/v1/requests/{booking_id(1)}/offers")).json()["offers"]
    assert utc(made.OPENS) <= offers[0]["slot"]["starts"]
