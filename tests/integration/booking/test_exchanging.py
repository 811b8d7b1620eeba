"""Brokers exchange agreed slots by consent, and learn nothing else of each other."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.booking import exchanges, occupancy
from services.booking.commands import exchanging
from services.booking.domain.booking import Status
from shared.auth.principal import Role
from shared.contracts.values import Slot, utc
from tests import factories, kits
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.integration.booking.test_waiting import somebody_waits
from tests.unit.booking import made
from tests.unit.booking.made import need

YARD = "CNTAO-Y1"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}
OTHER: dict[str, Any] = {"org": factories.OTHER_BROKER}
REASON = {"reason": "not needed 不再需要"}
MORNING = {"from": utc(made.OPENS), "to": utc(made.OPENS + timedelta(hours=3))}
EVENING = made.OPENS + timedelta(hours=10)


@pytest.fixture
async def two(office: Office) -> Office:
    """See `agreed`."""
    return await agreed(office)


async def agreed(office: Office) -> Office:
    """1 has a slot in the evening; 2 and 3, another broker's, have one in the morning each."""
    await office.bring(made.determined(1))
    for serial in (2, 3):
        wanted = need("quarantine", "plant", minutes=45)
        await office.bring(made.determined(serial, wanted, broker=factories.OTHER_BROKER))
    for serial, start, who in ((1, EVENING, {}), (2, made.OPENS, OTHER), (3, made.OPENS, OTHER)):
        path = f"/v1/requests/{booking_id(serial)}/offers"
        query: dict[str, Any] = {**who, "from": utc(start)}
        found = (await office.get(path, **query)).json()["offers"]
        body = {"request_id": str(booking_id(serial)), "slot": slot_body(found)}
        assert (await office.post("/v1/bookings", body, **who)).status_code == 201
        await office.post(f"/v1/bookings/{booking_id(serial)}/confirm", {}, **who)
    return office


async def _slot(office: Office, serial: int) -> Slot:
    booking = await office.booking(serial)
    assert booking.status is Status.CONFIRMED
    assert booking.slot is not None
    return booking.slot


async def _offer(office: Office, stretch: Any = MORNING, *, serial: int = 1, **who: Any) -> Any:
    path = f"/v1/bookings/{booking_id(serial)}/exchanges"
    return await office.post(path, stretch, **who)


async def _chances(office: Office, serial: int = 2, **who: Any) -> list[dict[str, Any]]:
    answer = await office.get(f"/v1/bookings/{booking_id(serial)}/exchanges", **(who or OTHER))
    found: list[dict[str, Any]] = answer.json()["offered"]
    return found


async def _accept(office: Office, exchange: Any, serial: int = 2, **who: Any) -> Any:
    path = f"/v1/bookings/{booking_id(serial)}/exchanges/{exchange}/accept"
    return await office.post(path, {}, **(who or OTHER))


async def test_one_offers_another_accepts_and_both_have_what_they_need(two: Office) -> None:
    evening, morning = await _slot(two, 1), await _slot(two, 2)
    offered = await _offer(two)
    assert offered.status_code == 201, offered.text
    (chance,) = await _chances(two)
    done = await _accept(two, chance["id"])
    assert done.status_code == 200, done.text
    assert done.json()["slot"] == chance["slot"]
    mine, theirs = await _slot(two, 1), await _slot(two, 2)
    assert (mine.starts, theirs.starts) == (morning.starts, evening.starts)
    assert theirs.ends - theirs.starts == timedelta(minutes=45)
    told = [each for each in await kits.told(two.service) if each.type.endswith("rescheduled.v1")]
    assert {each.subject for each in told} == {booking_id(1), booking_id(2)}
    assert {each.data["reason"]["zh"] for each in told} == {"双方企业同意互换时段"}
    own = (await two.get(f"/v1/bookings/{booking_id(1)}/exchanges")).json()["own"]
    assert own["state"] == "taken"
    assert await two.broken() == []


async def test_neither_learns_more_of_the_other_than_place_and_time(two: Office) -> None:
    offered = (await _offer(two)).json()
    path = f"/v1/bookings/{booking_id(2)}/exchanges"
    shown = await two.get(path, **OTHER)
    accepted = await _accept(two, (await _chances(two))[0]["id"])
    own = await two.get(f"/v1/bookings/{booking_id(1)}/exchanges")
    assert shown.json()["offered"][0].keys() == {"id", "slot"}
    assert shown.json()["offered"][0]["slot"]["starts"] == offered["slot"]["starts"]
    others = [str(booking_id(1)), str(made.filing_id(1)), factories.BROKER]
    assert not [each for each in others if each in shown.text + accepted.text]
    theirs = [str(booking_id(2)), str(made.filing_id(2)), factories.OTHER_BROKER]
    assert not [each for each in theirs if each in own.text]
    for each in await kits.told(two.service):
        if each.subject == booking_id(1):
            assert not [name for name in theirs if name in each.model_dump_json()]


async def test_of_two_who_accept_at_once_one_exchanges(two: Office) -> None:
    await _offer(two)
    (chance,) = await _chances(two)
    before = await _slot(two, 3)
    async with two.service.kit.database.transaction() as session:
        await occupancy.lock_all(session, [YARD, "another"])
        racing = [asyncio.create_task(_accept(two, chance["id"], serial)) for serial in (2, 3)]
        await somebody_waits(two)
    answers = await asyncio.gather(*racing)
    codes = sorted((each.status_code, each.json().get("code")) for each in answers)
    assert codes == [(200, None), (409, "exchange_over")]
    moved = [serial for serial in (2, 3) if (await _slot(two, serial)).starts == EVENING]
    assert len(moved) == 1
    assert before.starts == (await _slot(two, 5 - moved[0])).starts
    assert await two.broken() == []


async def test_an_offer_ends_when_its_slot_changes_or_it_is_withdrawn(two: Office) -> None:
    first = (await _offer(two)).json()["id"]
    second = (await _offer(two)).json()["id"]
    assert [each["id"] for each in await _chances(two)] == [second]
    assert (await _accept(two, first)).json()["code"] == "exchange_over"
    ended = await two.post(f"/v1/bookings/{booking_id(1)}/exchanges/end", REASON)
    assert ended.json()["state"] == "withdrawn"
    again = await two.post(f"/v1/bookings/{booking_id(1)}/exchanges/end", REASON)
    assert (again.status_code, again.json()["code"]) == (404, "exchange_not_found")
    third = (await _offer(two)).json()["id"]
    query: dict[str, Any] = {"from": utc(EVENING + timedelta(hours=1))}
    later = (await two.get(f"/v1/requests/{booking_id(1)}/offers", **query)).json()["offers"]
    moved = {"slot": slot_body(later), **REASON}
    path = f"/v1/bookings/{booking_id(1)}/reschedule"
    assert (await two.post(path, moved)).status_code == 200
    assert await _chances(two) == []
    assert (await _accept(two, third)).json()["code"] == "exchange_over"


async def test_who_is_not_meant_is_offered_nothing(two: Office) -> None:
    """The stretch is another one; the slot that it would get begins before its cargo is there."""
    out = (await _offer(two, {"from": utc(EVENING), "to": utc(made.CLOSES)})).json()
    assert await _chances(two) == []
    assert (await _accept(two, out["id"])).json()["code"] == "exchange_not_found"
    assert (await _accept(two, out["id"], 1, org=factories.BROKER)).status_code == 404
    assert (await _accept(two, out["id"], 2, org=factories.BROKER)).status_code == 404
    short = await _offer(two, MORNING | {"to": utc(made.OPENS + timedelta(minutes=30))})
    assert (short.status_code, short.json()["code"]) == (422, "stretch_impossible")
    two.clock.now = made.OPENS - timedelta(minutes=20)
    await _offer(two)
    assert await _chances(two) == []
    held = await _accept(two, (await _offer(two)).json()["id"])
    assert (held.status_code, held.json()["code"]) == (409, "slot_not_agreed")


async def test_nobody_gets_more_of_today_by_an_exchange_than_its_quota(two: Office) -> None:
    """2 and 3 are one broker's and of tomorrow's morning; 1 of tonight."""
    content = made.content() | {"same_day_quota": 0}
    body = {"valid_from": "2026-03-03", "reason": "quota 配额", "content": content}
    assert (await two.post(f"/v1/yards/{YARD}/versions", body, **STAFF)).status_code == 201
    day = timedelta(days=1)
    for serial, who in ((1, {}), (2, OTHER)):
        path = f"/v1/requests/{booking_id(serial)}/offers"
        later = EVENING + day if serial == 1 else made.OPENS + 2 * day
        query: dict[str, Any] = {**who, "from": utc(later)}
        found = (await two.get(path, **query)).json()["offers"]
        moved = {"slot": slot_body(found), **REASON}
        path = f"/v1/bookings/{booking_id(serial)}/reschedule"
        assert (await two.post(path, moved, **who)).status_code == 200
    two.clock.now = made.OPENS + day
    stretch = {"from": utc(made.OPENS + 2 * day), "to": utc(made.CLOSES + 2 * day)}
    offered = (await _offer(two, stretch)).json()
    assert await _chances(two) == []
    refused = await _accept(two, offered["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "same_day_quota")


async def test_accepting_waits_for_who_else_places_in_the_yard(two: Office) -> None:
    """The quotas of both are counted while nobody else gets anything there."""
    await _offer(two)
    (chance,) = await _chances(two)
    async with two.service.kit.database.transaction() as session:
        await occupancy.lock_placing(session, YARD)
        accepting = asyncio.create_task(_accept(two, chance["id"]))
        await somebody_waits(two)
    assert (await accepting).status_code == 200


async def test_offers_that_do_not_fit_hide_no_later_one_that_does(
    two: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = exchanging.slots_of

    async def none_for_the_first(session: Any, offered: Any, *facts: Any, **more: Any) -> Any:
        return (offered.id != first and await slots(session, offered, *facts, **more)) or None

    first = UUID((await _offer(two, serial=3, **OTHER)).json()["id"])
    second = (await _offer(two)).json()["id"]
    monkeypatch.setattr(exchanges, "AT_ONCE", 1)
    monkeypatch.setattr(exchanging, "slots_of", none_for_the_first)
    assert [each["id"] for each in await _chances(two)] == [second]
