"""Requests in line get what falls free, who asked first before who asked later."""

from datetime import timedelta
from typing import Any

import pytest

from services.booking.domain.booking import Status
from services.booking.jobs import sweeping
from shared.auth.principal import Role
from shared.contracts.values import utc
from tests import factories, kits
from tests.integration.booking.room import START, Office, booking_id
from tests.unit.booking import made
from tests.unit.booking.made import need

YARD = "CNTAO-Y1"
CLOSURES = f"/v1/yards/{YARD}/closures"
STAFF: dict[str, Any] = {"role": Role.YARD, "org": YARD}
DANGEROUS: dict[str, Any] = {"bay_kind": "dangerous"}
NINE = made.OPENS + timedelta(hours=2)
MONDAY = {"from": utc(made.OPENS), "to": utc(NINE)}


@pytest.fixture
async def full(office: Office) -> Office:
    """See `filled`."""
    return await filled(office)


async def filled(office: Office) -> Office:
    """One bay for dangerous goods is open on Monday until nine, and 1 and 2 have its two hours.

    5 and 6 ask after them, in that order.
    """
    tuesday = utc(made.MONDAY + timedelta(days=2))
    for code, starts in (("D01", NINE), ("D02", START), ("D03", START)):
        body = {"sort": "bay", "code": code, "starts": utc(starts), "ends": tuesday}
        closed = await office.post(CLOSURES, body | {"reason": "paint 油漆"}, **STAFF)
        assert closed.status_code == 201, closed.text
    for serial in (1, 2, 5, 6):
        office.clock.now += timedelta(seconds=1)
        await office.bring(made.determined(serial, auto=serial < 5, **DANGEROUS))
    return office


async def waiting(office: Office, serial: int, **stretch: Any) -> Any:
    """Let a request wait for Monday before nine, or another stretch."""
    return await office.post(f"/v1/requests/{booking_id(serial)}/wait", MONDAY | stretch)


async def state(office: Office, serial: int) -> str:
    """What became of a request's wait."""
    found = (await office.get(f"/v1/requests/{booking_id(serial)}/wait")).json()
    return str(found["state"])


async def give_up(office: Office, serial: int) -> None:
    """The broker cancels its booking."""
    await _act(office, serial, "cancel")


async def _act(office: Office, serial: int, act: str) -> None:
    body = {"reason": "sold 已售"} if act in ("cancel", "missed") else {}
    who = STAFF if act == "missed" else {}
    answer = await office.post(f"/v1/bookings/{booking_id(serial)}/{act}", body, **who)
    assert answer.status_code == 200, answer.text


async def test_who_asked_first_is_offered_what_falls_free_whoever_joined_first(
    full: Office,
) -> None:
    for serial in (6, 5):
        assert (await waiting(full, serial)).json()["state"] == "waiting"
    before = (await full.booking(1)).slot
    await _act(full, 1, "cancel")
    offered = await full.booking(5)
    assert before is not None
    assert offered.slot is not None
    assert (offered.status, offered.slot.starts) == (Status.HELD, before.starts)
    assert offered.held_until == full.clock.now + timedelta(minutes=30)
    assert [await state(full, serial) for serial in (5, 6)] == ["offered", "waiting"]
    told = [each for each in await kits.told(full.service) if each.type.endswith("held.v1")]
    assert told[-1].data["offered"] is True
    assert await full.broken() == []


async def test_an_offer_that_lapses_goes_to_the_next_and_its_request_leaves_the_line(
    full: Office,
) -> None:
    for serial in (5, 6):
        await waiting(full, serial)
    await _act(full, 1, "cancel")
    full.clock.now += timedelta(minutes=31)
    await sweeping.expire_once(full.desk)
    assert [(await full.booking(serial)).status for serial in (5, 6)] == [
        Status.EXPIRED,
        Status.HELD,
    ]
    assert [await state(full, serial) for serial in (5, 6)] == ["lapsed", "offered"]
    assert await full.broken() == []


async def test_an_offer_is_confirmed_as_any_hold(full: Office) -> None:
    await waiting(full, 5)
    await _act(full, 2, "cancel")
    await _act(full, 5, "confirm")
    assert (await full.booking(5)).status is Status.CONFIRMED
    fares = (await full.get("/v1/fairness")).json()["items"]
    assert [(each["offered"], each["lapsed"], each["waiting"]) for each in fares] == [(1, 0, 0)]


async def test_cargo_that_does_not_come_leaves_its_place_to_who_waits(full: Office) -> None:
    await full.bring(made.revised(1, need(minutes=15), auto=True, **DANGEROUS))
    await full.bring(made.revised(5, need(minutes=15), **DANGEROUS))
    await waiting(full, 5)
    full.clock.now = made.OPENS + timedelta(minutes=10)
    await _act(full, 1, "missed")
    offered = (await full.booking(5)).slot
    assert offered is not None
    assert made.OPENS < offered.starts < NINE


async def test_what_a_lifted_closure_gives_back_is_offered(office: Office) -> None:
    ends = utc(made.MONDAY + timedelta(days=1))
    closed = (await office.post(CLOSURES, {"ends": ends, "reason": "storm 台风"}, **STAFF)).json()
    await office.bring(made.determined(1))
    await waiting(office, 1)
    await sweeping.retry_once(office.desk)
    assert await state(office, 1) == "waiting"
    lifted = await office.post(
        f"{CLOSURES}/{closed['number']}/lift", {"reason": "over 已过"}, **STAFF
    )
    assert lifted.status_code == 200
    assert (await office.booking(1)).status is Status.HELD


async def test_the_sweep_serves_who_waits_when_a_slot_is_there_already(office: Office) -> None:
    await office.bring(made.determined(1))
    afternoon = {"from": utc(made.OPENS + timedelta(hours=6)), "to": utc(made.CLOSES)}
    await waiting(office, 1, **afternoon)
    await sweeping.retry_once(office.desk)
    slot = (await office.booking(1)).slot
    assert slot is not None
    assert utc(slot.starts) == afternoon["from"]


async def test_nobody_is_offered_what_was_not_wished(full: Office) -> None:
    await waiting(full, 5, to=utc(NINE - timedelta(minutes=15)))
    await waiting(full, 6)
    await full.post(f"/v1/requests/{booking_id(6)}/wait/end", {"reason": "sold 已售"})
    await _act(full, 2, "cancel")
    assert [await state(full, serial) for serial in (5, 6)] == ["waiting", "left"]
    assert (await full.booking(5)).status is Status.REQUESTED


@pytest.mark.parametrize(
    ("stretch", "code"),
    [
        ({"to": utc(made.OPENS + timedelta(minutes=45))}, "stretch_impossible"),
        ({"from": utc(made.CLOSES), "to": utc(made.OPENS)}, "stretch_impossible"),
        ({"yards": ["CNSHA-Y1"]}, "yard_not_found"),
    ],
)
async def test_a_stretch_that_can_never_serve_is_refused_at_once(
    office: Office, stretch: dict[str, Any], code: str
) -> None:
    await office.bring(made.determined(1))
    refused = (await waiting(office, 1, **stretch)).json()
    assert refused["code"] == code
    if code == "stretch_impossible":
        mended = stretch | {"to": refused["errors"][0]["facts"]["to_at_least"]}
        assert (await waiting(office, 1, **mended)).status_code == 201


async def test_who_has_a_slot_does_not_wait(office: Office) -> None:
    await office.bring(made.determined(1, auto=True))
    answer = await waiting(office, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_not_wanted")
    assert (await office.get(f"/v1/requests/{booking_id(1)}/wait")).status_code == 404


async def test_requests_that_are_booked_by_themselves_stand_in_the_same_line(full: Office) -> None:
    """A later one, booked by itself, does not overtake one that waits."""
    full.clock.now += timedelta(minutes=1)
    late = {**DANGEROUS, "broker": factories.OTHER_BROKER}
    wish = made.determined().slot_wish.model_copy(update={"auto_confirm": True, "latest": NINE})
    await full.bring(made.determined(7, slot_wish=wish, **late))
    assert (await full.booking(7)).status is Status.REQUESTED
    await waiting(full, 5)
    place = (await full.get(f"/v1/requests/{booking_id(5)}/wait")).json()["place"]
    assert place == 1
    await _act(full, 1, "cancel")
    assert [(await full.booking(serial)).status for serial in (5, 7)] == [
        Status.HELD,
        Status.REQUESTED,
    ]
