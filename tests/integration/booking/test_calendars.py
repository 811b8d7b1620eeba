"""Calendars for programs that subscribe to an address: whose bookings, and until when."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import text

from services.booking import calendars
from shared.auth.principal import Role
from tests import factories
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.unit.booking import made
from tests.unit.booking.made import need

YARD = "CNTAO-Y1"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}
PATH = "/v1/calendars"


async def _subscribe(office: Office, body: dict[str, Any], **who: Any) -> dict[str, Any]:
    answer = await office.post(PATH, body, **who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _read(office: Office, path: str) -> httpx.Response:
    """As a calendar program does: without a token."""
    transport = httpx.ASGITransport(app=office.service.api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


async def _uids(office: Office, path: str) -> list[str]:
    answer = await _read(office, path)
    assert answer.headers["content-type"].startswith("text/calendar")
    return [str(each["uid"]) for each in Calendar.from_ical(answer.content).walk("VEVENT")]


def _uid(serial: int) -> str:
    return f"{booking_id(serial)}@booking.onestop"


async def test_a_calendars_address_is_told_once_and_not_kept_with_the_key(office: Office) -> None:
    path = (await _subscribe(office, {"of": "broker"}))["path"]
    async with office.service.kit.database.connect() as connection:
        rows = await connection.execute(text("SELECT body FROM idempotency_keys"))
        kept = b"\n".join(rows.scalars()).decode()
    assert '"of":"broker"' in kept.replace(" ", "")
    assert path.split("/")[-2] not in kept


async def test_a_calendar_says_when_and_where_and_what_is_not_agreed_yet(office: Office) -> None:
    await office.bring(made.determined(1, auto=True), made.determined(2))
    offers = (await office.get(f"/v1/requests/{booking_id(2)}/offers")).json()["offers"]
    body = {"request_id": str(booking_id(2)), "slot": slot_body(offers, 1)}
    await office.post("/v1/bookings", body)
    made_ = await _subscribe(office, {"of": "yard", "yard": YARD}, **STAFF)
    calendar = Calendar.from_ical((await _read(office, made_["path"])).content)
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    first, second = calendar.walk("VEVENT")
    slot = (await office.booking(1)).slot
    assert slot is not None
    assert (first["uid"], first["sequence"]) == (_uid(1), (await office.booking(1)).version)
    assert (first.decoded("dtstart"), first.decoded("dtend")) == (slot.starts, slot.ends)
    assert slot.bay in str(first["location"])
    assert str(made.filing_id(1)) in str(first["description"])
    assert [str(each["status"]) for each in (first, second)] == ["CONFIRMED", "TENTATIVE"]


async def test_a_broker_a_team_and_a_yard_have_their_own_bookings(office: Office) -> None:
    plant = need("quarantine", "plant")
    other = {"broker": factories.OTHER_BROKER}
    await office.bring(made.determined(1, auto=True), made.determined(2, plant, auto=True, **other))
    slot = (await office.booking(2)).slot
    assert slot is not None
    wanted: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
        ({"of": "broker"}, {}, {_uid(1)}),
        ({"of": "broker"}, {"org": factories.OTHER_BROKER}, {_uid(2)}),
        ({"of": "team", "yard": YARD, "team": slot.teams[0].team}, STAFF, {_uid(2)}),
        ({"of": "yard", "yard": YARD}, STAFF, {_uid(1), _uid(2)}),
    ]
    for body, who, uids in wanted:
        address = (await _subscribe(office, body, **who))["path"]
        assert set(await _uids(office, address)) == uids, body
    office.clock.now = slot.ends + timedelta(days=2)
    assert await _uids(office, address) == []


async def test_an_address_that_was_taken_back_is_none_any_more(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    kept, gone = [await _subscribe(office, {"of": "broker"}) for _ in range(2)]
    async with office.client() as client:
        url = f"{PATH}/{gone['id']}"
        revoked = await client.delete(url, headers={"Idempotency-Key": "back"})
    assert revoked.json()["revoked_at"] is not None
    assert (await _read(office, gone["path"])).status_code == 404
    assert await _uids(office, kept["path"]) == [_uid(1)]
    listed = (await office.get(PATH)).json()["items"]
    assert [(each["id"], each["path"]) for each in listed] == [(kept["id"], None)]


async def test_what_is_kept_of_an_address_is_not_the_address(office: Office) -> None:
    path = (await _subscribe(office, {"of": "broker"}))["path"]
    secret = path.split("/")[-2]
    async with office.service.kit.database.connect() as session:
        row = await session.execute(text("SELECT CAST(c AS text), digest FROM calendars c"))
        whole, digest = row.one()
    assert secret not in whole
    assert digest == calendars.digest(secret)


@pytest.mark.parametrize(
    ("body", "who", "code"),
    [
        ({"of": "broker"}, STAFF, "calendar_not_yours"),
        ({"of": "yard", "yard": YARD}, {}, "calendar_not_yours"),
        ({"of": "team", "yard": YARD}, STAFF, "calendar_not_yours"),
        ({"of": "yard", "yard": YARD, "team": "C01"}, STAFF, "calendar_not_yours"),
        ({"of": "team", "yard": YARD, "team": "C99"}, STAFF, "no_such_resource"),
        ({"of": "yard", "yard": "CNSHA-Y1"}, STAFF, "yard_not_found"),
    ],
)
async def test_nobody_subscribes_to_what_is_not_theirs(
    office: Office, body: dict[str, Any], who: dict[str, Any], code: str
) -> None:
    answer = await office.post(PATH, body, **who)
    assert answer.json()["code"] == code
