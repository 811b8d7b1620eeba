"""Brokers are told of the exchanges that they could accept, and when those are over."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.booking import exchanges, store, watch
from services.booking.jobs import sweeping
from shared.contracts.values import utc
from tests import kits
from tests.integration.booking import test_exchanging as exchanging
from tests.integration.booking.room import Office, booking_id, slot_body
from tests.integration.booking.test_exchanging import EVENING, MORNING, OTHER, REASON, STAFF, YARD
from tests.unit.booking import made


@pytest.fixture
async def offered(office: Office) -> Office:
    """1 offers its evening for a morning; 2 and 3 have one each."""
    await exchanging.agreed(office)
    answer = await office.post(f"/v1/bookings/{booking_id(1)}/exchanges", MORNING)
    assert answer.status_code == 201, answer.text
    return office


async def _last(office: Office, serial: int) -> tuple[str, dict[str, Any]]:
    """The booking's last event: its name, and what it says."""
    found = [each for each in await kits.told(office.service) if each.subject == booking_id(serial)]
    return found[-1].type.split(".")[2], found[-1].data


async def _own(office: Office) -> dict[str, Any]:
    answer = await office.get(f"/v1/bookings/{booking_id(1)}/exchanges")
    own: dict[str, Any] = answer.json()["own"]
    return own


async def _accept(office: Office, serial: int) -> Any:
    path = f"/v1/bookings/{booking_id(serial)}/exchanges/{(await _own(office))['id']}/accept"
    return await office.post(path, {}, **OTHER)


async def _reschedule(office: Office, serial: int, start: Any, **who: Any) -> None:
    path = f"/v1/requests/{booking_id(serial)}/offers"
    query: dict[str, Any] = {**who, "from": utc(start)}
    later = (await office.get(path, **query)).json()["offers"]
    body = {"slot": slot_body(later), **REASON}
    moved = await office.post(f"/v1/bookings/{booking_id(serial)}/reschedule", body, **who)
    assert moved.status_code == 200, moved.text


async def test_whom_an_offer_suits_is_told_once_which_slot_it_would_get(offered: Office) -> None:
    others = asyncio.gather(sweeping.tell_once(offered.desk), sweeping.tell_once(offered.desk))
    await others
    assert await sweeping.tell_once(offered.desk) == 0
    path = f"/v1/bookings/{booking_id(2)}/exchanges"
    (chance,) = (await offered.get(path, **OTHER)).json()["offered"]
    for serial in (2, 3):
        own = (await offered.booking(serial)).slot
        name, data = await _last(offered, serial)
        assert own is not None
        assert (name, data["exchange_id"]) == ("exchange_offered", (await _own(offered))["id"])
        assert data["slot"] == own.model_dump(mode="json")
        assert data["instead"]["starts"] == chance["slot"]["starts"] == utc(EVENING)
        assert (await offered.told(serial)).count("exchange_offered") == 1
    assert (await _last(offered, 1))[0] == "confirmed"
    assert await offered.broken() == []


async def test_who_is_busy_is_told_at_the_next_look_and_the_others_once(offered: Office) -> None:
    async with offered.service.kit.database.transaction() as busy:
        assert await store.lock(busy, booking_id(3))
        assert await sweeping.tell_once(offered.desk) == 1
    assert [(await _last(offered, serial))[0] for serial in (2, 3)] == [
        "exchange_offered",
        "confirmed",
    ]
    assert [await sweeping.tell_once(offered.desk) for _ in range(2)] == [1, 0]
    assert [(await offered.told(serial)).count("exchange_offered") for serial in (2, 3)] == [1, 1]


async def test_nobody_is_told_whom_it_does_not_suit(office: Office) -> None:
    await exchanging.agreed(office)
    noon = {"from": utc(made.OPENS + timedelta(hours=3)), "to": utc(EVENING)}
    await office.post(f"/v1/bookings/{booking_id(1)}/exchanges", noon)
    assert await sweeping.tell_once(office.desk) == 1
    assert {(await _last(office, serial))[0] for serial in (1, 2, 3)} == {"confirmed"}


async def test_who_was_told_learns_that_another_was_quicker(offered: Office) -> None:
    await sweeping.tell_once(offered.desk)
    assert (await _accept(offered, 2)).status_code == 200
    await sweeping.tell_once(offered.desk)
    assert [(await _last(offered, serial))[0] for serial in (1, 2)] == ["rescheduled"] * 2
    name, data = await _last(offered, 3)
    assert (name, data["own"], data["reason"]["zh"]) == (
        "exchange_ended",
        False,
        "已被他人接受，或不再提供",
    )
    assert await sweeping.tell_once(offered.desk) == 0
    assert (await _accept(offered, 3)).json()["code"] == "exchange_over"


async def _given_up(office: Office) -> None:
    await office.post(f"/v1/bookings/{booking_id(1)}/cancel", REASON)


async def _moved(office: Office) -> None:
    await _reschedule(office, 1, EVENING + timedelta(hours=1))


async def closing(office: Office, serial: int) -> dict[str, Any]:
    """What is sent to close the bay of a booking, with the moves that the plan has now."""
    slot = (await office.booking(serial)).slot
    assert slot is not None
    body = {"sort": "bay", "code": slot.bay, "ends": utc(made.CLOSES), **REASON}
    async with office.client(**STAFF) as client:
        plan = (await client.post(f"/v1/yards/{YARD}/closures/check", json=body)).json()
    return body | {"moves": plan["moves"]}


async def _closed(office: Office) -> None:
    path = f"/v1/yards/{YARD}/closures"
    made_ = await office.post(path, await closing(office, 1), **STAFF)
    assert made_.status_code == 201, made_.text


@pytest.mark.parametrize("change", [_given_up, _moved, _closed])
async def test_an_offer_whose_slot_changed_is_withdrawn_and_all_of_them_are_told(
    offered: Office, change: Any
) -> None:
    await sweeping.tell_once(offered.desk)
    await change(offered)
    assert (await _own(offered))["state"] == "withdrawn"
    await sweeping.tell_once(offered.desk)
    async with offered.service.kit.database.connect() as connection:
        kept = await exchanges.last_of(connection, booking_id(1))
    assert kept is not None
    assert kept.state is exchanges.State.WITHDRAWN
    ended = [await _last(offered, serial) for serial in (1, 2, 3)]
    assert [(name, data["own"]) for name, data in ended] == [
        ("exchange_ended", serial == 1) for serial in (1, 2, 3)
    ]
    assert await sweeping.tell_once(offered.desk) == 0
    assert (await _accept(offered, 2)).json()["code"] == "exchange_over"
    assert await offered.broken() == []


async def test_an_offer_that_nobody_accepted_in_time_is_over(offered: Office) -> None:
    await sweeping.tell_once(offered.desk)
    offered.clock.now = made.OPENS + timedelta(hours=2, minutes=45)
    await sweeping.tell_once(offered.desk)
    name, data = await _last(offered, 1)
    assert (name, data["own"]) == ("exchange_ended", True)
    assert data["reason"]["en"].endswith("the time that was asked for is over")


async def test_what_its_broker_withdraws_is_told_to_the_others_alone(offered: Office) -> None:
    await sweeping.tell_once(offered.desk)
    await offered.post(f"/v1/bookings/{booking_id(1)}/exchanges/end", REASON)
    await sweeping.tell_once(offered.desk)
    assert [(await _last(offered, serial))[0] for serial in (1, 2, 3)] == [
        "confirmed",
        "exchange_ended",
        "exchange_ended",
    ]


async def test_who_has_another_slot_by_now_is_told_that_it_is_over_for_that(
    offered: Office,
) -> None:
    await sweeping.tell_once(offered.desk)
    await _reschedule(offered, 2, made.OPENS + timedelta(hours=5), **OTHER)
    await sweeping.tell_once(offered.desk)
    name, data = await _last(offered, 2)
    assert (name, data["reason"]["zh"]) == ("exchange_ended", "贵方时段已变更，该提议不再适用")
    assert (await _last(offered, 3))[0] == "exchange_offered"
    assert (await _own(offered))["state"] == "open"


async def test_what_is_told_of_exchanges_leaves_the_board_as_it_is(offered: Office) -> None:
    before = (await offered.booking(2)).slot
    await sweeping.tell_once(offered.desk)
    await offered.post(f"/v1/bookings/{booking_id(2)}/cancel", REASON, **OTHER)
    async with offered.service.kit.database.connect() as connection:
        seen = await watch.changes(connection, YARD, after=0, up_to=10**9)
    assert not [each for each in seen if each.change.startswith("exchange")]
    assert (seen[-1].change, seen[-1].slot, seen[-1].previous) == ("cancelled", None, before)
