"""Open containers that do not keep to their slots: opened late, closed late, two in one bay."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from services.booking import occupancy
from services.booking.domain.booking import Status
from services.booking.jobs import sweeping
from shared.auth.principal import Role
from shared.contracts.values import BayKind, Slot
from tests.integration.booking import room
from tests.integration.booking.room import Office, booking_id, case_completed, case_opened
from tests.unit.booking import made

REEFER: dict[str, Any] = {"bay_kind": BayKind.REEFER}
FOLLOWER = 5  # there are four bays for reefers: the fifth container follows the first


async def _slot(office: Office, serial: int = 1) -> Slot:
    slot = (await office.booking(serial)).slot
    assert slot is not None
    return slot


async def _taken(office: Office, serial: int) -> set[tuple[datetime, datetime]]:
    async with office.service.kit.database.transaction() as session:
        own = await occupancy.own(session, booking_id(serial))
    return {(each.starts, each.ends) for each in own.values()}


async def _first_open(office: Office) -> Slot:
    """Two rounds of reefers are booked, and the first container is opened in its slot."""
    for serial in range(1, 9):
        await office.bring(made.determined(serial, auto=True, **REEFER))
    slot, next_one = await _slot(office), await _slot(office, FOLLOWER)
    assert (next_one.bay, next_one.starts) == (slot.bay, slot.ends)
    office.clock.now = slot.starts
    await office.bring(case_opened(1, slot.starts))
    return slot


async def test_a_container_opened_after_its_slot_takes_the_time_it_is_opened_at(
    office: Office,
) -> None:
    await office.bring(made.determined(1, auto=True))
    planned = await _slot(office)
    office.clock.now = planned.ends
    await office.bring(case_opened(1, planned.ends))
    slot = await _slot(office)
    assert (slot.bay, slot.starts) == (planned.bay, planned.ends)
    assert await _taken(office, 1) == {(slot.starts, slot.ends)}
    assert await office.broken() == []


async def test_a_container_that_is_still_open_keeps_its_bay_and_who_comes_next_gives_way(
    office: Office,
) -> None:
    planned = await _first_open(office)
    assert await sweeping.keep_open_once(office.desk) == 0
    office.clock.now = planned.ends
    assert await sweeping.keep_open_once(office.desk) == 1
    slot = await _slot(office)
    assert (slot.starts, slot.ends) == (planned.starts, planned.ends + timedelta(minutes=30))
    assert await _taken(office, 1) == {(slot.starts, slot.ends)}
    assert (await office.told(1))[-1] == "extended"
    assert (await office.told(FOLLOWER))[-1] == "rescheduled"
    assert await sweeping.keep_open_once(office.desk) == 0
    assert await office.broken() == []


async def test_a_container_that_is_held_keeps_its_bay_for_as_long_as_that_lasts(
    office: Office,
) -> None:
    planned = await _first_open(office)
    office.clock.now = planned.ends + timedelta(hours=13, minutes=10)
    await sweeping.keep_open_once(office.desk)
    assert (await _slot(office)).ends == planned.ends + timedelta(hours=13, minutes=30)
    assert (await office.told(1)).count("extended") == 1
    assert await office.broken() == []


async def test_a_booking_in_the_way_whose_requirement_is_met_ends(office: Office) -> None:
    planned = await _first_open(office)
    await office.bring(room.met(FOLLOWER))
    office.clock.now = planned.ends
    await sweeping.keep_open_once(office.desk)
    assert (await _slot(office)).ends > planned.ends
    booking = await office.booking(FOLLOWER)
    assert (booking.status, booking.wanted) == (Status.CANCELLED, False)
    assert await office.told(FOLLOWER) == ["requested", "confirmed", "cancelled"]
    assert await office.broken() == []


async def test_two_open_containers_never_have_one_bay(office: Office) -> None:
    planned = await _first_open(office)
    office.clock.now = planned.ends
    await office.bring(case_opened(FOLLOWER, planned.ends))
    assert (await office.booking(FOLLOWER)).status is Status.STARTED
    office.clock.now += timedelta(minutes=5)
    assert await office.broken() == []
    await sweeping.keep_open_once(office.desk)
    assert (await _slot(office)).ends == planned.ends + timedelta(minutes=30)
    assert await office.broken() == []
    await office.bring(case_completed(1, office.clock.now))
    await sweeping.keep_open_once(office.desk)
    slot = await _slot(office, FOLLOWER)
    assert await _taken(office, FOLLOWER) == {(slot.starts, slot.ends)}
    assert await sweeping.keep_open_once(office.desk) == 0
    assert await office.broken() == []


async def test_a_container_opened_where_another_is_open_ends_with_its_case(
    office: Office,
) -> None:
    await office.bring(made.determined(1))
    offers = (await office.get(f"/v1/requests/{booking_id(1)}/offers")).json()["offers"]
    body = {"request_id": str(booking_id(1)), "slot": room.slot_body(offers)}
    assert (await office.post("/v1/bookings", body)).status_code == 201
    slot = await _slot(office)
    answer = await office.post(f"/v1/bookings/{booking_id(1)}/cancel", {"reason": "strike"})
    assert answer.status_code == 200, answer.text
    await office.bring(made.determined(2, auto=True))
    assert await _slot(office, 2) == slot
    office.clock.now = slot.starts
    await office.bring(case_opened(2, slot.starts), case_opened(1, slot.starts))
    assert (await office.booking(1)).status is Status.STARTED
    assert await _taken(office, 1) == set()
    assert await office.broken() == []
    await office.bring(room.met(1), case_completed(1, slot.ends))
    assert (await office.booking(1)).status is Status.COMPLETED
    assert await office.broken() == []


async def test_two_open_containers_in_one_bay_are_found(office: Office) -> None:
    planned = await _first_open(office)
    office.clock.now = planned.ends + timedelta(minutes=5)
    async with office.service.kit.database.transaction() as session:
        await session.execute(
            text("UPDATE bookings SET status = 'started' WHERE id = :id"),
            {"id": booking_id(FOLLOWER)},
        )
    assert [each for each in await office.broken() if each.endswith("open")]


async def test_an_open_container_gets_the_team_it_lacks_though_it_has_a_gang(
    office: Office,
) -> None:
    content = made.content()
    content["gear"] = [{"code": "G1", "kind": "gang", "scopes": ["unpack"]}]
    version = {"valid_from": "2026-03-03", "reason": "gang 装卸班", "content": content}
    staff: dict[str, Any] = {"role": Role.YARD, "org": "CNTAO-Y1"}
    assert (await office.post("/v1/yards/CNTAO-Y1/versions", version, **staff)).status_code == 201
    await office.bring(made.determined(1, auto=True, arrival=made.MONDAY + timedelta(hours=20)))
    slot = await _slot(office)
    assert slot.gear == ("G1",)
    office.clock.now = slot.starts
    await office.bring(case_opened(1, slot.starts))
    team = made.yard().team(slot.teams[0].team)
    assert team is not None
    async with office.service.kit.database.transaction() as session:
        lost = "UPDATE occupancy SET active = false WHERE booking_id = :id AND resource = :team"
        await session.execute(text(lost), {"id": booking_id(1), "team": team.id})
    assert await sweeping.keep_open_once(office.desk) == 1
    async with office.service.kit.database.transaction() as session:
        assert team.id in await occupancy.own(session, booking_id(1))
    assert await sweeping.keep_open_once(office.desk) == 0
    assert await office.broken() == []
