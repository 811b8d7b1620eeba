"""Slots of containers that have been opened: longer, shorter, shared, and done twice."""

from datetime import timedelta
from typing import Any

from services.booking.domain.booking import Booking, Status
from shared.contracts.values import BayKind, Outcome, Slot
from tests.integration.booking import room
from tests.integration.booking.room import (
    Office,
    case_closed_up,
    case_completed,
    case_opened,
)
from tests.unit.booking import made
from tests.unit.booking.made import need

JOINT = (need("customs"), need("quarantine", "plant"))


async def _slot(office: Office, serial: int = 1) -> Slot:
    slot = (await office.booking(serial)).slot
    assert slot is not None
    return slot


async def _started(office: Office, serial: int = 1, **changes: Any) -> Booking:
    await office.bring(made.determined(serial, auto=True, **changes))
    slot = await _slot(office, serial)
    office.clock.now = slot.starts
    await office.bring(case_opened(serial, slot.starts))
    return await office.booking(serial)


async def test_the_slot_is_kept_while_a_verdict_is_suspended(office: Office) -> None:
    await _started(office)
    await office.bring(room.met(1, Outcome.HELD))
    booking = await office.booking()
    assert (booking.status, booking.wanted) == (Status.STARTED, True)


async def test_completing_early_frees_the_rest_of_the_slot(office: Office) -> None:
    slot = (await _started(office)).slot
    assert slot is not None
    office.clock.now += timedelta(minutes=20)
    await office.bring(room.met(1), case_completed(1, office.clock.now))
    assert (await office.booking()).status is Status.COMPLETED
    assert await office.told() == ["requested", "confirmed", "started", "completed"]
    assert await office.broken() == []


async def test_a_requirement_met_before_the_opening_was_heard_of_ends_the_same(
    office: Office,
) -> None:
    await office.bring(made.determined(auto=True))
    slot = await _slot(office)
    await office.bring(room.met(1), case_opened(1, slot.starts), case_completed(1, slot.ends))
    booking = await office.booking()
    assert (booking.status, booking.wanted) == (Status.COMPLETED, False)
    assert await office.broken() == []


async def test_an_agency_that_joins_the_open_container_extends_its_slot(
    office: Office,
) -> None:
    before = (await _started(office)).slot
    assert before is not None
    office.clock.now += timedelta(minutes=40)
    await office.bring(made.revised(1, *JOINT))
    after = await _slot(office)
    assert after.ends == office.clock.now + timedelta(minutes=60)
    assert [place.agency for place in after.teams] == ["customs", "quarantine"]
    assert (await office.told())[-1] == "extended"
    assert await office.broken() == []


async def test_what_has_not_started_gives_way_to_an_open_container(office: Office) -> None:
    reefer: dict[str, Any] = {"bay_kind": BayKind.REEFER}
    for serial in range(1, 9):  # four bays: the last four follow the first four
        await office.bring(made.determined(serial, auto=True, **reefer))
    first, follower = await _slot(office, 1), await _slot(office, 5)
    assert (follower.bay, follower.starts) == (first.bay, first.ends)
    office.clock.now = first.starts
    await office.bring(case_opened(1, first.starts))
    await office.bring(made.revised(1, need("customs", minutes=90), **reefer))
    assert (await _slot(office, 1)).ends == first.starts + timedelta(minutes=90)
    moved = await office.booking(5)
    assert moved.status is Status.CONFIRMED
    assert await office.told(5) == ["requested", "confirmed", "rescheduled"]
    assert await office.broken() == []


async def test_a_held_slot_that_gives_way_expires(office: Office) -> None:
    await office.bring(made.determined(1, auto=True, bay_kind=BayKind.REEFER))
    started = await _slot(office, 1)
    office.clock.now = started.starts
    await office.bring(case_opened(1, started.starts))
    await office.bring(made.determined(2, bay_kind=BayKind.REEFER))
    body = started.model_dump(mode="json")
    body = {"yard": body["yard"], "bay": body["bay"], "teams": body["teams"]}
    held = await office.post(
        "/v1/bookings",
        {
            "request_id": str((await office.booking(2)).id),
            "slot": {**body, "starts": started.ends.isoformat()},
        },
    )
    assert held.status_code == 201, held.text
    await office.bring(made.revised(1, need("customs", minutes=90), bay_kind=BayKind.REEFER))
    assert (await office.booking(2)).status is Status.EXPIRED
    assert await office.broken() == []


async def test_agencies_that_did_not_come_get_a_slot_of_their_own(office: Office) -> None:
    await _started(office)
    await office.bring(made.revised(1, *JOINT, auto=True))
    office.clock.now += timedelta(hours=4)
    await office.bring(case_closed_up(1, office.clock.now, "quarantine", revision=2))
    booking = await office.booking()
    assert booking.status is Status.CONFIRMED
    assert booking.slot is not None
    assert [place.agency for place in booking.slot.teams] == ["quarantine"]
    assert booking.slot.starts > office.clock.now
    assert (await office.told())[-3:] == ["completed", "requested", "confirmed"]
    assert await office.broken() == []


async def test_the_second_opening_uses_the_new_slot(office: Office) -> None:
    await _started(office)
    await office.bring(made.revised(1, *JOINT, auto=True))
    await office.bring(case_closed_up(1, office.clock.now, "quarantine", revision=2))
    again = await _slot(office)
    office.clock.now = again.starts
    await office.bring(case_opened(1, again.starts, revision=2), case_completed(1, again.ends))
    assert (await office.booking()).status is Status.COMPLETED
    assert await office.broken() == []


async def test_closing_up_before_the_revision_was_heard_of_waits_for_it(
    office: Office,
) -> None:
    await _started(office)
    await office.bring(case_closed_up(1, office.clock.now, "quarantine", revision=2))
    assert (await office.booking()).status is Status.REQUESTED
    await office.bring(made.revised(1, *JOINT, auto=True))
    booking = await office.booking()
    assert booking.status is Status.CONFIRMED
    assert [each.agency for each in booking.needs] == ["quarantine"]
    assert await office.broken() == []


async def test_a_container_opened_in_a_slot_that_was_given_up_takes_it_back(
    office: Office,
) -> None:
    await office.bring(made.determined(1, auto=True))
    slot, booking = await _slot(office), await office.booking()
    office.clock.now = slot.starts - timedelta(minutes=5)
    answer = await office.post(f"/v1/bookings/{booking.id}/cancel", {"reason": "strike"})
    assert answer.status_code == 200
    await office.bring(case_opened(1, slot.starts - timedelta(minutes=1)))
    assert (await office.booking()).status is Status.STARTED
    assert await office.broken() == []
